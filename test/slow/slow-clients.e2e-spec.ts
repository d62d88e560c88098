import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expectProblem } from '../support/problems';
import { sendBytes } from '../support/raw-http';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

const HEADERS = 'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const SLOW_HEADERS = HEADERS;
const SLOW_BODY = `${HEADERS}Content-Length: 1000\r\n\r\n{`;

describe('clients that are slow', () => {
  let server: TestApplication;
  let http: Server;
  const opened: Socket[] = [];
  beforeAll(async () => {
    server = await TestApplication.start();
    http = server.app.getHttpServer();
  });
  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.destroy();
    http.closeIdleConnections(); // those that the test application keeps
    await until('they are gone', async () => (await countConnections(http)) === 0);
  });
  afterAll(() => server.stop());

  const connectAndSend = async (bytes: string): Promise<Socket> => {
    const socket = await open(server.url, bytes);
    opened.push(socket);
    return socket;
  };

  it('have 20 seconds for the headers and a minute for the request, and then are cut', () => {
    expect({
      headers: http.headersTimeout,
      request: http.requestTimeout,
      silence: http.timeout,
      betweenRequests: http.keepAliveTimeout,
      connections: http.maxConnections,
      lateness: (http as { connectionsCheckingInterval?: number }).connectionsCheckingInterval,
    }).toEqual({
      headers: 20_000,
      request: 60_000,
      silence: 65_000,
      betweenRequests: 72_000,
      connections: 10_000,
      lateness: 5_000, // how much later they are cut, at most
    });
  });

  it('are told so when their headers or their body are late', async () => {
    const { headersTimeout, requestTimeout } = http;
    Object.assign(http, { headersTimeout: 1, requestTimeout: 1 });
    try {
      const late = [SLOW_HEADERS, SLOW_BODY].map((bytes) => sendBytes(server.url, bytes));
      for (const answer of await Promise.all(late)) expectProblem(answer, 408, 'request_timeout');
    } finally {
      Object.assign(http, { headersTimeout, requestTimeout });
    }
  });

  it('do not keep others waiting: 300 with headers, 100 with bodies', async () => {
    const bytes = [...Array<string>(300).fill(SLOW_HEADERS), ...Array<string>(100).fill(SLOW_BODY)];
    const slow = await Promise.all(bytes.map(connectAndSend));
    await until('they are here', async () => (await countConnections(http)) >= slow.length);
    for (let each = 0; each < 200; each += 1)
      expect((await server.get('/v1/plans')).status).toBe(200);
    expect(await countConnections(http)).toBeGreaterThanOrEqual(slow.length); // they were there all the time
  });

  it('leave room for others when there are as many as may be', async () => {
    const { maxConnections } = http;
    const idle = await Promise.all(Array.from({ length: 5 }, () => connectAndSend('')));
    await until('they are here', async () => (await countConnections(http)) >= idle.length);
    http.maxConnections = await countConnections(http);
    try {
      const refused = connect(Number(new URL(server.url).port), '127.0.0.1');
      refused.on('error', () => undefined);
      await once(refused, 'close');
      for (const socket of idle) socket.destroy();
      await until('one has gone', async () => (await countConnections(http)) < http.maxConnections);
      expect((await server.get('/v1/plans')).status).toBe(200);
    } finally {
      http.maxConnections = maxConnections;
    }
  });
});

async function open(url: string, bytes: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes);
  return socket;
}

function countConnections(http: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    http.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
