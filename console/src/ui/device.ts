import { text } from '../text/catalogue';

const BROWSERS = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'];
const SYSTEMS = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS', 'Linux'];

/** Browser and system in two words; what is no browser, by its own name. */
export function deviceOf(agent: string | null): string {
  if (!agent) return text.account.unknownDevice;
  const browser = BROWSERS.find((name) => agent.includes(name));
  const system = SYSTEMS.find((name) => agent.includes(name));
  if (!browser) return agent.split(/[\s/]/)[0] ?? agent;
  return [browser.replace('Edg', 'Edge').replace('OPR', 'Opera'), system]
    .filter(Boolean)
    .join(', ');
}
