import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { DnsServer } from '../../../test/support/dns-server';
import { RequestContext } from '../../common/request-context';
import { NameResolver } from './name-resolver';
import { OutboundClient, type OutboundAnswer } from './outbound-client';
import { OutboundFailure } from './outbound-failure';

const CONTEXT = RequestContext.job('mail.send');

let server: Server;
let port: number;
/** The addresses of this machine that were connected to. */
const connected: string[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  server.on('connection', (socket: Socket) => connected.push(socket.localAddress!));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => {
  connected.length = 0;
  answer = (_, response) => response.end('fine');
});
afterAll(() => server.close());

function clientFor(networks: string[] = [], environment = 'test', resolver = new NameResolver()) {
  const config = { environment, webhookAllowedNetworks: networks } as ConstructorParameters<
    typeof OutboundClient
  >[0];
  return new OutboundClient(config, resolver);
}

function get(client: OutboundClient, host: string, path = '/'): Promise<OutboundAnswer> {
  return client.send(CONTEXT, { method: 'GET', url: `http://${host}:${port}${path}` });
}

function reasonOf(error: unknown): string {
  return error instanceof OutboundFailure ? error.reason : String(error);
}

describe('a private address', () => {
  const spellings = [
    ...['127.0.0.1', '127.1', '127.0.1', '127.0.0.2', '127.255.255.254', '0', '0.0.0.0', '0.0'],
    ...['2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '017700000001', '0x7f.0x0.0x0.0x1'],
    ...['127.0.0.1.', '%31%32%37.0.0.1', '①②⑦.0.0.1', '127。0。0。1', 'localhost', 'LOCALHOST'],
    ...['localhost.', 'a.localhost', '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]'],
    ...['[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::127.0.0.1]', '[::7f00:1]'],
    ...['[::ffff:0:7f00:1]', '[64:ff9b::127.0.0.1]', '[64:ff9b:1::7f00:1]', '[2002:7f00:1::1]'],
    ...['[2001:0:4136:e378:8000:63bf:80ff:fffe]', '10.0.0.1', '192.168.1.1', '172.16.0.1'],
    ...[
      '169.254.169.254',
      '2852039166',
      '[fe80::1]',
      '[fd00:ec2::254]',
      '100.64.0.1',
      '[::0.0.0.0]',
    ],
  ];

  it('is refused in each of 40 spellings, without a connection', async () => {
    expect(spellings.length).toBeGreaterThan(40);
    const client = clientFor();
    const outcomes = await Promise.allSettled(spellings.map((host) => get(client, host)));
    const odd = spellings.filter((_, index) => {
      const outcome = outcomes[index]!;
      return outcome.status === 'fulfilled' || reasonOf(outcome.reason) !== 'address_refused';
    });
    expect(odd).toEqual([]);
    expect(connected).toEqual([]);
  });

  it('is refused where a name leads to it', async () => {
    const dns = await DnsServer.start(['127.0.0.1', '169.254.169.254', '10.0.0.1']);
    const client = clientFor([], 'test', new NameResolver([dns.address]));
    for (let tries = 0; tries < 3; tries += 1)
      await expect(get(client, 'inside.example')).rejects.toMatchObject({
        reason: 'address_refused',
      });
    dns.stop();
    expect(dns.asked).toBe(3);
    expect(connected).toEqual([]);
  });

  it('is never reached by a name that changes between a look-up and the next', async () => {
    const dns = await DnsServer.start(['127.0.0.1', '127.0.0.2']);
    const client = clientFor(['127.0.0.1'], 'test', new NameResolver([dns.address]));
    const outcomes = [];
    for (let tries = 0; tries < 10; tries += 1)
      outcomes.push(await get(client, 'rebinding.example').then(() => 'answered', String));
    dns.stop();
    expect(dns.asked).toBe(10);
    expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(5);
    expect(connected).toEqual(Array(5).fill('127.0.0.1'));
  });

  it('is reached where its network is allowed, and its answer is marked', async () => {
    const { status, body, isInternal } = await get(clientFor(['127.0.0.0/8']), '127.0.0.1');
    expect([status, String(body), isInternal]).toEqual([200, 'fine', true]);
    await expect(get(clientFor(['127.0.0.0/8']), 'localhost')).resolves.toMatchObject({
      status: 200,
    });
  });
});

describe('a request', () => {
  const client = clientFor(['127.0.0.1']);

  it('is not sent without TLS in production, nor with credentials in its URL', async () => {
    const production = clientFor(['127.0.0.1'], 'production');
    await expect(get(production, '127.0.0.1')).rejects.toThrow('must be https');
    await expect(get(client, 'user:secret@127.0.0.1')).rejects.toThrow('user name');
    expect(connected).toEqual([]);
  });

  it('follows no redirect', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    const { status, headers } = await get(client, '127.0.0.1');
    expect([status, headers.location]).toEqual([302, '/elsewhere']);
    expect(connected).toHaveLength(1);
  });

  it('reads 64 KiB of an endless answer, and ends the connection', async () => {
    const closed = new Promise((resolve) => {
      answer = (request, response) => {
        request.socket.once('close', resolve);
        const chunk = Buffer.alloc(10_000, 'x');
        const write = () => {
          while (response.write(chunk));
        };
        response.on('drain', write).on('error', () => undefined);
        write();
      };
    });
    const { body, isComplete } = await get(client, '127.0.0.1');
    expect([body.length, isComplete]).toEqual([65_536, false]);
    await closed;
  });

  it('is refused while the caller holds a connection of the database', async () => {
    const holding = CONTEXT.with({ connection: { isHeld: true } });
    const request = { method: 'GET' as const, url: `http://127.0.0.1:${port}/` };
    await expect(client.send(holding, request)).rejects.toThrow('inside a transaction');
    expect(connected).toEqual([]);
  });

  it('ends where the connection is refused', async () => {
    const request = { method: 'GET' as const, url: 'http://127.0.0.1:1/' };
    await expect(client.send(CONTEXT, request)).rejects.toMatchObject({
      reason: 'not_reached',
      message: 'The server refused the connection.',
    });
  });

  it('ends where the server hangs up', async () => {
    answer = (request) => request.socket.destroy();
    await expect(get(client, '127.0.0.1')).rejects.toMatchObject({
      reason: 'not_reached',
      message: 'The server ended the connection without an answer.',
    });
  });

  describe.each([
    ['before the head', () => undefined],
    ['in the body', (_: IncomingMessage, response: ServerResponse) => void response.write('a')],
  ])('that is never answered to its end, %s', (_, silence) => {
    it('ends at the limit', async () => {
      const patient = clientFor(['127.0.0.1']);
      patient.limitMs = 200;
      answer = silence;
      await expect(get(patient, '127.0.0.1')).rejects.toMatchObject({
        reason: 'timed_out',
        message: 'No complete answer came within 0.2 seconds.',
      });
      expect(connected).toHaveLength(1);
    });
  });

  it('ends at the limit where no name server answers', async () => {
    const dns = await DnsServer.start([]);
    const patient = clientFor([], 'test', new NameResolver([dns.address]));
    patient.limitMs = 200;
    await expect(get(patient, 'slow.example')).rejects.toMatchObject({ reason: 'timed_out' });
    dns.stop();
  });
});
