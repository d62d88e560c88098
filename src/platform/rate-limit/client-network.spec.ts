import { networkOf } from './client-network';

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:203.0.113.9', '203.0.113.9'],
])('%s is one client, %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});

it.each([
  '2001:db8:0:1::',
  '2001:db8:0:1::1',
  '2001:0DB8:0000:0001:0000:0000:0000:0001',
  '2001:db8:0:1:ffff:ffff:ffff:ffff',
  '2001:db8::1:2:3:4:5',
  '2001:db8:0:1::5%eth0',
])('%s is the same client as its /64', (ip) => {
  expect(networkOf(ip)).toBe('2001:db8:0:1::/64');
});

it('the loopback address and other networks are other clients', () => {
  const networks = ['::1', '2001:db8:0:2::1', '2001:db8:1::1', '2001:db8::1', 'fe80::1'].map(
    networkOf,
  );
  expect(networks).toEqual([
    '0:0:0:0::/64',
    '2001:db8:0:2::/64',
    '2001:db8:1:0::/64',
    '2001:db8:0:0::/64',
    'fe80:0:0:0::/64',
  ]);
});
