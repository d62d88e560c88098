import { isIPv4, isIPv6 } from 'node:net';

const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
const GROUPS_OF_NETWORK = 4;

/**
 * What counts as one client: an IPv4 address, or the /64 of an IPv6 address, since one host usually controls all of
 * it.
 */
export function networkOf(ip: string): string {
  if (!ip.includes(':')) return ip; // the usual one, without a pattern
  const embedded = IPV4_IN_IPV6.exec(ip)?.[1];
  if (embedded) return embedded;
  return isIPv6(ip) ? `${groupsOf(ip).slice(0, GROUPS_OF_NETWORK).join(':')}::/64` : ip;
}

/** The network that a client keeps: of an IPv4 address the /24, since providers pass its addresses around. */
export function neighbourhoodOf(ip: string): string {
  const network = networkOf(ip);
  return isIPv4(network) ? `${network.slice(0, network.lastIndexOf('.'))}.0/24` : network;
}

/** `::` stands for the missing zeros; a zone (`%eth0`) follows the address. */
function groupsOf(ip: string): string[] {
  const [before = '', after] = ip.split('%', 1)[0]!.toLowerCase().split('::');
  const [head, tail] = [splitGroups(before), splitGroups(after ?? '')];
  const zeros = Array.from({ length: GROUPS - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => group.replace(/^0+(?=.)/, ''));
}

function splitGroups(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
