import { isIP } from 'node:net';
import type { FieldFault } from '../../common/problem';
import { AddressRules } from './addresses';
import { isLocalhost, withoutBrackets } from './name-resolver';

export const MOST_URL_CHARACTERS = 2_000;

interface TargetRules {
  environment: string;
  webhookAllowedNetworks: readonly string[];
}

/**
 * What is wrong with a URL that this server shall call, judged by its text alone; null: nothing. Where its name leads is
 * judged for each connection. Pure.
 */
export function findUrlFault(
  text: string,
  { environment, webhookAllowedNetworks }: TargetRules,
  pointer: string,
): FieldFault | null {
  const fault = (code: string, detail: string) => ({ pointer, code, detail });
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = environment === 'production' ? 'https' : 'http or https';
  if (!url || !/^https?:$/.test(url.protocol))
    return fault('url', `must be an absolute URL with ${scheme}`);
  if (environment === 'production' && url.protocol !== 'https:')
    return fault('https', 'must be https');
  if (url.username !== '' || url.password !== '')
    return fault('credentials', 'must not have a user name or a password');
  const address = literalOf(url.hostname);
  const isRefused =
    address !== null && new AddressRules(webhookAllowedNetworks).reachOf(address) === 'refused';
  return isRefused ? fault('address_refused', 'leads to an address that is not public') : null;
}

function literalOf(hostname: string): string | null {
  if (isLocalhost(hostname)) return '127.0.0.1';
  const address = withoutBrackets(hostname);
  return isIP(address) === 0 ? null : address;
}
