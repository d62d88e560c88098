import { Caddy } from './support/caddy';
import { Deployment } from './support/deployment';
import { HttpClient, type TimedAnswer } from './support/http-client';
import { scenario } from './support/scenario';

/* The example of deploy/caddy, run by the real Caddy. */

const ANSWER_LIMIT_MS = 10_000;

let deployment: Deployment;
let caddy: Caddy | null = null;
let client: HttpClient;
beforeAll(async () => {
  client = new HttpClient();
  deployment = await Deployment.start({ environment: { TRUST_PROXY: '127.0.0.1' } });
});
afterEach(async () => {
  await caddy?.stop();
  caddy = null;
});
afterAll(async () => {
  client.close();
  await deployment.stop();
});

function expectUnreachable({ status, headers, text, durationMs }: TimedAnswer): void {
  const problem = JSON.parse(text) as object;
  expect([status, headers['content-type']]).toEqual([503, 'application/problem+json']);
  expect(problem).toMatchObject({
    ...{ type: '/problems/server_unreachable', code: 'server_unreachable', status },
    instance: `urn:request:${String(headers['x-request-id'])}`,
  });
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(durationMs).toBeLessThan(ANSWER_LIMIT_MS);
}

describe('Caddy before a server', () => {
  scenario('says 503 in time while the server is frozen, and while it is away', async () => {
    caddy = await Caddy.before(deployment.servers[0]!);
    const { token } = deployment.customers[0]!;
    const ask = () =>
      Promise.all([
        client.get(`${caddy!.url}/v1/me`, token),
        client.post(`${caddy!.url}/v1/applications`, token, { name: 'Shop' }),
      ]);
    deployment.servers[0]!.child.kill('SIGSTOP');
    (await ask()).forEach(expectUnreachable);
    deployment.servers[0]!.child.kill('SIGCONT');
    await deployment.servers[0]!.stop();
    (await ask()).forEach(expectUnreachable);
  });
});
