import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/**
 * `public`: may be connected to. `allowed`: named in WEBHOOK_ALLOWED_NETWORKS. `refused`: private, loopback,
 * link-local, metadata, reserved, or no address.
 */
export type Reach = 'public' | 'allowed' | 'refused';

/** All that is assigned for unicast (RFC 4291, IANA); the rest of IPv6 is special or unassigned. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** The local-use NAT64 prefix (RFC 8215) may put the IPv4 address at any place, so it is not unwrapped. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
/** Public by their range, but answered by the cloud's own host: Azure's wire server. */
const METADATA = [ipaddr.IPv4.parse('168.63.129.16')];

/** Judges networks and addresses of settings once, and addresses for each connection. Pure. */
export class AddressRules {
  private readonly allowed: Network[];

  /** @param networks addresses, or networks like 10.0.0.0/8 */
  constructor(networks: readonly string[]) {
    this.allowed = networks.map(toNetwork);
  }

  /** What leads through a translator or a tunnel is judged by the addresses at its other end. */
  reachOf(text: string): Reach {
    if (isIP(text) === 0) return 'refused';
    const ends = unwrap(ipaddr.parse(text));
    if (ends.every((end) => this.isAllowed(end))) return 'allowed';
    return ends.every(isPublic) ? 'public' : 'refused';
  }

  private isAllowed(address: Address): boolean {
    return this.allowed.some((network) => isWithin(address, network));
  }
}

function toNetwork(text: string): Network {
  const [address, bits] = text.includes('/')
    ? ipaddr.parseCIDR(text)
    : ([ipaddr.parse(text), null] as const);
  return [address, bits ?? 8 * address.toByteArray().length];
}

function isWithin(address: Address, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function isPublic(address: Address): boolean {
  const isGlobal = address.kind() === 'ipv4' || isWithin(address, GLOBAL_UNICAST);
  const isMetadata = METADATA.some((each) => each.toString() === address.toString());
  return isGlobal && address.range() === 'unicast' && !isMetadata;
}

/** The IPv4 addresses that an IPv6 address stands for; itself, where it stands for none. */
function unwrap(address: Address): Address[] {
  if (!(address instanceof ipaddr.IPv6)) return [address];
  const bytes = address.toByteArray();
  if (address.isIPv4MappedAddress() || isWithin(address, NAT64)) return [toIPv4(bytes.slice(12))];
  const range: string = address.range();
  if (range === '6to4') return [toIPv4(bytes.slice(2, 6))];
  if (range === 'teredo') return [toIPv4(bytes.slice(4, 8)), toIPv4(bytes.slice(12).map(inverted))];
  return [address];
}

/** Teredo hides the client's address from translators (RFC 4380, section 4). */
function inverted(byte: number): number {
  return byte ^ 0xff;
}

function toIPv4(bytes: number[]): ipaddr.IPv4 {
  return new ipaddr.IPv4(bytes);
}
