import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

const ANSWER_WITHIN_MS = 2_500;
const TRIES = 2;

/**
 * Asks the DNS servers of the system. Unlike `dns.lookup` it takes no thread of libuv's pool, which hashes passwords: a
 * name whose server never answers would hold one for half a minute. Names in /etc/hosts are not known to it, except
 * localhost.
 */
export class NameResolver {
  private readonly resolver = new Resolver({ timeout: ANSWER_WITHIN_MS, tries: TRIES });

  /** @param servers `address:port`; the system's when omitted */
  constructor(servers?: readonly string[]) {
    if (servers) this.resolver.setServers(servers);
  }

  /** All addresses of a name, or the address itself. @throws the error of DNS when there is none */
  async resolve(hostname: string): Promise<LookupAddress[]> {
    const literal = withoutBrackets(hostname);
    const family = isIP(literal);
    if (family !== 0) return [{ address: literal, family }];
    return isLocalhost(hostname) ? LOOPBACK : this.ask(hostname);
  }

  /** The TXT records of a name, each as one text. @throws the error of DNS when there is none */
  async texts(name: string): Promise<string[]> {
    const records = await this.resolver.resolveTxt(name);
    return records.map((parts) => parts.join(''));
  }

  private async ask(hostname: string): Promise<LookupAddress[]> {
    const [four, six] = await Promise.allSettled([
      this.resolver.resolve4(hostname),
      this.resolver.resolve6(hostname),
    ]);
    const found = [...ofFamily(four, 4), ...ofFamily(six, 6)];
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found;
  }
}

/** RFC 6761, section 6.3. */
const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export function isLocalhost(hostname: string): boolean {
  return /^([^.]+\.)*localhost\.?$/i.test(hostname);
}

export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function ofFamily(answer: PromiseSettledResult<string[]>, family: number): LookupAddress[] {
  if (answer.status === 'rejected') return [];
  return answer.value.map((address) => ({ address, family }));
}
