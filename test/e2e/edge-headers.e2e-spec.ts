import { createHash } from 'node:crypto';
import { bearer, Edge, JSON_TYPE, type Headers } from '../support/edge';
import { expectProblem, type Answer } from '../support/problems';
import { sendBytes, sendRaw } from '../support/raw-http';
import { aSignup } from '../support/signups';
import { TestApplication } from '../support/test-application';

describe('the headers of every answer', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const broken = (lines: string): Promise<Answer> => sendBytes(edge.server.url, `${lines}\r\n\r\n`);

  const answers: [string, number, () => Promise<Answer>][] = [
    ['a success', 200, () => edge.raw({ path: '/v1/me', headers: bearer(edge.customer.token) })],
    ['a public route', 200, () => edge.raw({ path: '/v1/plans' })],
    ['a signup', 201, () => edge.post(JSON.stringify(aSignup()), JSON_TYPE, '/v1/auth/signup')],
    [
      'an empty one',
      202,
      () => edge.post('{"email":"a@b.example"}', JSON_TYPE, '/v1/auth/password/forgot'),
    ],
    ['a refusal of the credential', 401, () => edge.raw({ path: '/v1/me' })],
    ['a refusal of the fields', 422, () => edge.post('{}')],
    ['a body that is none', 400, () => edge.post('{')],
    ['no route', 404, () => edge.raw({ path: '/nothing' })],
    ['another verb', 405, () => edge.raw({ method: 'PUT', path: '/v1/me' })],
    ['no address', 400, () => edge.raw({ path: '/v1/%zz' })],
    ['no HTTP', 400, () => broken('nonsense')],
    ['a miracle', 417, () => edge.post('{}', [...JSON_TYPE, ['expect', 'a-miracle']])],
  ];
  it.each(answers)('forbid %s to be more than data, and to be kept', async (_, status, ask) => {
    const { headers, ...answer } = await ask();
    expect(answer.status).toBe(status);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; frame-ancestors 'none'/,
      ) as string,
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    for (const name of ['x-powered-by', 'server', 'strict-transport-security', 'set-cookie'])
      expect([name, headers[name]]).toEqual([name, undefined]);
  });

  it('tell browsers to come by HTTPS, where people do', async () => {
    const server = await TestApplication.start(
      { appUrl: 'https://app.test' },
      edge.server.database,
    );
    const { headers } = await server.get('/v1/plans');
    await server.app.close();
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });

  const policyOf = ({ headers }: Answer): Map<string, string> =>
    new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((directive) => [
          directive.slice(0, directive.indexOf(' ')),
          directive.slice(directive.indexOf(' ') + 1),
        ]),
    );

  it.each(['/', '/problems/rate_limited'])(
    'let the page %s have its own style and script, and no other',
    async (path) => {
      const answer = await edge.raw({ path });
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
      const policy = policyOf(answer);
      for (const tag of ['style', 'script']) {
        const blocks = [...answer.text.matchAll(new RegExp(`<${tag}[^>]*>(.*?)</${tag}>`, 'gs'))];
        const hashes = blocks.map(
          ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
        );
        expect(policy.get(`${tag}-src`)).toBe(hashes.join(' ') || "'none'");
      }
      expect(answer.text).not.toMatch(/ on\w+=| style=/);
      expect(policy.get('default-src')).toBe("'none'");
      expect(policy.get('frame-ancestors')).toBe("'none'");
    },
  );

  it('let the document be kept, and asked for by its tag', async () => {
    const stringify = jest.spyOn(JSON, 'stringify');
    const ask = (tag: string) =>
      edge.raw({ path: '/openapi.json', headers: [['if-none-match', tag]] });
    const answer = await edge.raw({ path: '/openapi.json' });
    const tag = String(answer.headers.etag);
    const others = [await ask('"x"'), await ask(tag), await ask(`"x", ${tag}`)];
    const serialised = stringify.mock.calls.filter(([value]) => isDocument(value));
    stringify.mockRestore();
    expect(JSON.parse(answer.text)).toMatchObject({ openapi: '3.1.0' });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-type': 'application/json; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^default-src 'none'/) as string,
    });
    expect(others.map(({ status, text }) => [status, text])).toEqual([
      [200, answer.text],
      [304, ''],
      [304, ''],
    ]);
    expect(serialised.length).toBeLessThanOrEqual(1); // another test may have asked before
  });

  it('let the script of /docs be short: it fetches the document', async () => {
    const script = await edge.raw({ path: '/docs/swagger-ui-init.js' });
    expect(script.text).toContain('"url": "/openapi.json"');
    expect(script.text.length).toBeLessThan(5_000);
  });

  it('let /docs load what it is made of, from here alone', async () => {
    const page = await edge.raw({ path: '/docs' });
    const policy = policyOf(page);
    const scripts = [...page.text.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)];
    expect(scripts.length).toBeGreaterThan(1);
    for (const [, attributes = '', inline = ''] of scripts) {
      expect(attributes).toMatch(/src="\.?\/?docs\//);
      expect(inline.trim()).toBe('');
    }
    expect(policy.get('default-src')).toBe("'self'");
    expect(policy.has('script-src')).toBe(false);
    const asset = await edge.raw({ path: '/docs/swagger-ui-bundle.js' });
    expect(asset.status).toBe(200);
    expect(policyOf(asset).get('default-src')).toBe("'self'");
  });

  describe('two Authorization lines', () => {
    const twice = (one: string, other: string): Headers => [...bearer(one), ...bearer(other)];

    it('are no credential, whichever of them is good', async () => {
      const { token } = edge.customer;
      for (const headers of [twice(token, 'x'), twice('x', token), twice(token, token)])
        expectProblem(await edge.raw({ path: '/v1/me', headers }), 401, 'unauthenticated');
    });

    it('are ignored, as one is, on public routes', async () => {
      const answer = await edge.raw({ path: '/v1/plans', headers: twice('x', 'y') });
      expect(answer.status).toBe(200);
    });

    it('do not open the metrics', async () => {
      const changes = { metricsToken: 'secret' };
      const guarded = await TestApplication.start(changes, edge.server.database);
      const ask = (headers: Headers) => sendRaw(guarded.url, { path: '/metrics', headers });
      const answers = [await ask(bearer('secret')), await ask(twice('secret', 'x'))];
      await guarded.app.close();
      expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    });
  });
});

function isDocument(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'openapi' in value && 'paths' in value;
}
