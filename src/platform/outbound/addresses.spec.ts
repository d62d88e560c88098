import { AddressRules } from './addresses';

const rules = new AddressRules([]);

describe('an address', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:4700::1111', '2a00:1450:4001:80b::200e'])(
    'on the internet is public: %s',
    (address) => expect(rules.reachOf(address)).toBe('public'),
  );

  it.each([
    '64:ff9b::5db8:d822', // NAT64: how a host without IPv4 reaches 93.184.216.34
    '2002:5db8:d822::1',
    '::ffff:93.184.216.34',
  ])('behind a translator is judged by its other end: %s', (address) =>
    expect(rules.reachOf(address)).toBe('public'),
  );

  it.each([
    ['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254'],
    ['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.168.0.1'],
    ['192.88.99.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1'],
    ['255.255.255.255', '168.63.129.16', '100.100.100.200'],
    ['::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::7f00:1', '::ffff:0:7f00:1'],
    ['64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::a00:1', '2002:7f00:1::1'],
    ['2002:a9fe:a9fe::', '2001:0:4136:e378:8000:63bf:80ff:fffe', '2001:0:7f00:1::a247:27dd'],
    ['fe80::1', 'fc00::1', 'fd00:ec2::254', 'fec0::1', 'ff02::1', '100::1', '2001:db8::1'],
    ['3fff::1', '5f00::1', '2001:10::1', '2001:20::1', '2001:2::1', '4000::1', '8000::1'],
    ['', 'localhost', '127.0.0.1.', '1.2.3', 'fe80::1%eth0'],
  ])('that is not public is refused', (...addresses) => {
    const notRefused = addresses.filter((address) => rules.reachOf(address) !== 'refused');
    expect(notRefused).toEqual([]);
  });

  it.each([
    ['10.0.0.0/8', '10.1.2.3', '11.0.0.1'],
    ['10.0.0.0/8', '::ffff:10.1.2.3', '::ffff:9.255.255.255'],
    ['127.0.0.1', '127.0.0.1', '127.0.0.2'],
    ['fd00::/8', 'fd12::1', 'fc00::1'],
    ['::1', '::1', '127.0.0.1'],
  ])('of %s is allowed where that is allowed: %s, and not %s', (network, inside, outside) => {
    const allowing = new AddressRules([network]);
    expect(allowing.reachOf(inside)).toBe('allowed');
    expect(allowing.reachOf(outside)).not.toBe('allowed');
  });
});
