import { newId } from '../../src/common/ids';
import { signUp, type Customer } from '../support/customers';
import { expectProblem, type Answer } from '../support/problems';
import { sendRaw } from '../support/raw-http';
import { TestApplication } from '../support/test-application';

const ORIGIN = 'https://app.example';

describe('a page of another origin', () => {
  let server: TestApplication;
  let closed: TestApplication;
  let customer: Customer;
  beforeAll(async () => {
    server = await TestApplication.start({ corsOrigins: [ORIGIN, 'http://localhost:5173'] });
    closed = await TestApplication.start({}, server.database);
    customer = await signUp(server);
  });
  afterAll(async () => {
    await closed.app.close();
    await server.stop();
  });

  const send = (
    method: string,
    path: string,
    headers: Record<string, string>,
    to = server,
  ): Promise<Answer> => sendRaw(to.url, { method, path, headers: Object.entries(headers) });
  const preflight = (path: string, origin = ORIGIN, to = server) =>
    send('OPTIONS', path, { origin, 'access-control-request-method': 'POST' }, to);
  const corsOf = ({ headers }: Answer): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('access-control-')),
    );

  it.each([ORIGIN, 'http://localhost:5173'])('%s, if allowed, reads answers', async (origin) => {
    const authorization = `Bearer ${customer.token}`;
    for (const answer of [
      await send('GET', '/v1/me', { origin, authorization }),
      await send('GET', '/v1/me', { origin }),
      await send('PUT', '/v1/me', { origin }),
      await send('GET', '/v1/nothing', { origin }),
    ]) {
      expect(corsOf(answer)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-expose-headers':
          'ETag, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Support-Session',
      });
      expect(answer.headers.vary).toBe('Origin');
    }
  });

  const paths: [string, string][] = [
    ['/v1/business', 'GET, HEAD, PATCH'],
    ['/v1/api-keys', 'GET, HEAD, POST'],
    [`/v1/team-members/${newId()}`, 'DELETE, GET, HEAD, PATCH'],
    ['/v1/%6de', 'GET, HEAD, PATCH'],
  ];
  it.each(paths)('may ask beforehand what %s takes', async (path, methods) => {
    const answer = await preflight(path);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(corsOf(answer)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': methods,
      'access-control-allow-headers':
        'Authorization, Content-Encoding, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id',
      'access-control-max-age': '600',
    });
    expect(answer.headers['x-request-id']).toBeDefined();
  });

  it('may not send cookies', async () => {
    for (const answer of [
      await preflight('/v1/me'),
      await send('GET', '/v1/me', { origin: ORIGIN }),
    ])
      expect(corsOf(answer)).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each([
    'https://evil.example',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil.example',
    'https://APP.example',
    'https://app.example/',
    'https://app.example, https://evil.example',
    'null',
    '*',
  ])('%s, if not allowed, is told nothing', async (origin) => {
    const asked = await preflight('/v1/business', origin);
    expectProblem(asked, 405, 'method_not_allowed');
    const answer = await send('GET', '/v1/plans', { origin });
    expect(answer.status).toBe(200);
    for (const each of [asked, answer]) {
      expect(corsOf(each)).toEqual({});
      expect(String(each.headers.vary).split(', ')).toContain('Origin');
    }
  });

  it('finds no route with OPTIONS where there is none', async () => {
    expectProblem(await preflight('/v1/nothing'), 404, 'route_not_found');
    expectProblem(await preflight('/v1/%zz'), 400, 'malformed_request');
  });

  it('that sends OPTIONS for another reason gets the usual answer', async () => {
    const answer = await send('OPTIONS', '/v1/business', { origin: ORIGIN });
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.allow).toBe('GET, HEAD, PATCH');
  });

  it('finds nothing of all that where no origin is allowed', async () => {
    const asked = await preflight('/v1/business', ORIGIN, closed);
    expectProblem(asked, 405, 'method_not_allowed');
    expect(asked.headers.allow).toBe('GET, HEAD, PATCH');
    expect(asked.headers.vary).toBeUndefined();
    expect(corsOf(asked)).toEqual({});
  });
});
