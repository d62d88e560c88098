import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Response } from 'supertest';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  UnsecuredJWT,
  type CryptoKey,
} from 'jose';
import { ForgingProvider } from '../support/forging-provider';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';
import { sendJson } from '../support/token-issuer';

const DISCOVERY = '/.well-known/openid-configuration';

let forger: ForgingProvider;
let server: TestApplication;
beforeAll(async () => {
  forger = await ForgingProvider.start();
  server = await TestApplication.start({
    webhookAllowedNetworks: ['127.0.0.1'],
    oidcProviders: [
      forger.configured(),
      forger.configured({ id: 'github', type: 'github', name: 'GitHub' }),
      forger.configured({ id: 'inside', issuer: 'http://10.0.0.1' }),
    ],
  });
});
beforeEach(() => {
  forger.instead = {};
  forger.idToken = (nonce) => forger.sign({ nonce });
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await server.stop();
  await forger.stop();
});

const begin = (provider = 'forger') =>
  Promise.resolve(server.post('/v1/auth/sign-ins', undefined, { provider }));

async function signIn(provider = 'forger'): Promise<Response> {
  const begun = await begin(provider);
  expect([begun.status, begun.text]).toEqual([201, expect.any(String)]);
  const { url, handle } = begun.body as { url: string; handle: string };
  const answer = { provider, handle, ...forger.visit(url) };
  return server.post('/v1/auth/sign-ins/finish', undefined, answer);
}

const countPeople = async (): Promise<number> => {
  const sql = `SELECT (SELECT count(*) FROM users)::integer + (SELECT count(*) FROM user_sessions)::integer AS n`;
  const [row] = await server.database.query<{ n: number }>(sql);
  return row!.n;
};

async function expectNoSession(work: () => Promise<unknown>): Promise<void> {
  const before = await countPeople();
  await work();
  expect(await countPeople()).toBe(before);
}

const now = () => Math.floor(Date.now() / 1000); // of the provider's clock

it('an ID token in order signs in', async () => {
  expect((await signIn()).status).toBe(200);
});

describe('an ID token', () => {
  it.each([
    ['of another nonce', () => ({ nonce: 'another' })],
    ['without a nonce', () => ({ nonce: undefined })],
    ['of another issuer', () => ({ iss: 'https://another.example' })],
    ['of the issuer with one more stroke', () => ({ iss: `${forger.url}/` })],
    ['for another audience', () => ({ aud: 'another' })],
    ['for two audiences without an authorized party', () => ({ aud: ['tenantry', 'another'] })],
    ['of another authorized party', () => ({ azp: 'another' })],
    ['that has expired', () => ({ exp: now() - 60 })],
    ['without an end', () => ({ exp: undefined })],
    ['that is not valid yet', () => ({ nbf: now() + 60 })],
    ['without a subject', () => ({ sub: undefined })],
  ])('%s is refused', async (_, claims) => {
    forger.idToken = (nonce) => forger.sign({ nonce, ...claims() });
    await expectNoSession(async () => expectProblem(await signIn(), 401, 'sign_in_invalid'));
  });

  it('that has expired for 10 seconds is taken: clocks differ', async () => {
    forger.idToken = (nonce) => forger.sign({ nonce, exp: now() - 10 });
    expect((await signIn()).status).toBe(200);
  });

  it('with alg: none is refused', async () => {
    forger.idToken = (nonce) =>
      Promise.resolve(
        new UnsecuredJWT({
          nonce,
          iss: forger.url,
          aud: 'tenantry',
          sub: 'x',
          email: 'x@example.com',
        })
          .setIssuedAt()
          .setExpirationTime('5m')
          .encode(),
      );
    await expectNoSession(async () => expectProblem(await signIn(), 401, 'sign_in_invalid'));
  });

  it('with HS256 and the public key is refused', async () => {
    forger.idToken = async (nonce) => {
      const pem = await exportSPKI((await importJWK(forger.jwk, 'RS256')) as CryptoKey);
      const [, payload] = (await forger.sign({ nonce })).split('.');
      const header = Buffer.from('{"alg":"HS256","kid":"one"}').toString('base64url');
      const content = `${header}.${payload}`;
      return `${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`;
    };
    await expectNoSession(async () => expectProblem(await signIn(), 401, 'sign_in_invalid'));
  });

  it.each([['one'], ['two']])(
    'of a key that is not published, named %s, is refused',
    async (kid) => {
      const { privateKey: key } = await generateKeyPair('RS256', { extractable: true });
      forger.idToken = (nonce) => forger.sign({ nonce }, { key, kid });
      await expectNoSession(async () => expectProblem(await signIn(), 401, 'sign_in_invalid'));
    },
  );

  it('that is none is refused', async () => {
    forger.idToken = () => Promise.resolve('nonsense');
    await expectNoSession(async () => expectProblem(await signIn(), 401, 'sign_in_invalid'));
  });

  it('with a proof of yesterday proves nothing', async () => {
    const email = 'proving@example.com';
    const person = { sub: 'proving', email };
    forger.idToken = (nonce) => forger.sign({ nonce, ...person });
    const { session } = (await signIn()).body as { session: { token: string } };
    const prove = async (claims: object) => {
      const body = { provider: 'forger', purpose: 'prove' };
      const begun = await server.post('/v1/me/sign-ins', session.token, body);
      forger.idToken = (nonce) => forger.sign({ nonce, ...person, ...claims });
      const query = forger.visit((begun.body as { url: string }).url);
      const answer = { provider: 'forger', ...query };
      return server.post('/v1/me/sign-ins/finish', session.token, answer);
    };
    expectProblem(await prove({ auth_time: now() - 86_400 }), 403, 'proof_not_fresh');
    expectProblem(await prove({}), 403, 'proof_not_fresh');
    expect((await prove({ auth_time: now() })).status).toBe(200);
  });
});

const html = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sorry</html>');
};
const faults: [string, (response: ServerResponse) => void][] = [
  ['is down', (response) => void response.destroy()],
  ['answers HTML', html],
  ['answers 500', (response) => void response.writeHead(500).end()],
  ['redirects', (response) => void response.writeHead(302, { location: '/elsewhere' }).end()],
  ['answers half of it', (response) => void response.end('{"issuer":')],
  ['answers without an end', (response) => sendJson(response, { x: 'x'.repeat(70_000) })],
];

describe.each(faults)('where the provider %s', (_, instead) => {
  it('at the beginning, no sign-in begins', async () => {
    forger.instead = { [DISCOVERY]: instead };
    expectProblem(await begin(), 503, 'issuer_unavailable');
  });

  it.each(['/token', '/jwks'])('at %s, no session is opened', async (path) => {
    forger.instead = { [path]: instead };
    await expectNoSession(async () => expect([401, 503]).toContain((await signIn()).status));
  });
});

describe('a provider', () => {
  it.each([
    ['of another issuer', { issuer: 'https://another.example' }],
    ['without a token endpoint', { token_endpoint: undefined }],
    ['whose keys are inside', { jwks_uri: 'http://169.254.169.254/keys' }],
    ['whose token endpoint is inside', { token_endpoint: 'http://[::1]:1/token' }],
  ])('%s opens no session', async (_, changes) => {
    const known = ['authorize', 'token', 'jwks'].map((name) => `${forger.url}/${name}`);
    const [authorization_endpoint, token_endpoint, jwks_uri] = known;
    const document = { issuer: forger.url, authorization_endpoint, token_endpoint, jwks_uri };
    forger.instead = { [DISCOVERY]: (response) => sendJson(response, { ...document, ...changes }) };
    const begun = await begin();
    if (begun.status !== 201) return expectProblem(begun, 503, 'issuer_unavailable');
    await expectNoSession(async () => expect([401, 503]).toContain((await signIn()).status));
    return undefined;
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://x.example'])(
    'sends no browser to %s',
    async (authorization_endpoint) => {
      const document = {
        issuer: forger.url,
        authorization_endpoint,
        token_endpoint: `${forger.url}/token`,
      };
      forger.instead = { [DISCOVERY]: (response) => sendJson(response, document) };
      expectProblem(await begin(), 503, 'issuer_unavailable');
    },
  );

  it('in a private network is not asked', async () => {
    expectProblem(await begin('inside'), 503, 'issuer_unavailable');
  });
});

describe('GitHub', () => {
  const user = { id: 7, name: 'Octo Cat', login: 'octocat' };
  const address = { email: 'octocat@example.com', primary: true, verified: true };
  const answer = (body: object) => (response: ServerResponse) => sendJson(response, body);
  const duties = (
    emails: object,
    token: object = { access_token: 'gho_x', token_type: 'bearer' },
  ) => ({
    '/login/oauth/access_token': answer(token),
    '/user': answer(user),
    '/user/emails': answer(emails),
  });

  it('signs in with the primary address, where it is verified', async () => {
    forger.instead = duties([{ ...address, email: 'other@example.com', primary: false }, address]);
    const { session } = (await signIn('github')).body as { session: { token: string } };
    const me = await server.get('/v1/me', session.token);
    expect(me.body).toMatchObject({ user: { email: address.email, fullName: 'Octo Cat' } });
    const [identity] = (
      (await server.get('/v1/me/identities', session.token)).body as { data: object[] }
    ).data;
    expect(identity).toMatchObject({ issuer: forger.url, email: address.email });
  });

  it.each([
    ['unverified', [{ ...address, email: 'new@example.com', verified: false }]],
    ['not the primary', [{ ...address, email: 'new@example.com', primary: false }]],
    ['hidden', []],
  ])('makes no person of an address that is %s', async (_, emails) => {
    forger.instead = { ...duties(emails), '/user': answer({ id: 8 }) };
    await expectNoSession(async () =>
      expectProblem(await signIn('github'), 403, 'email_not_proven'),
    );
  });

  it('refuses a code in an answer of 200', async () => {
    forger.instead = duties([], { error: 'bad_verification_code' });
    await expectNoSession(async () =>
      expectProblem(await signIn('github'), 401, 'sign_in_invalid'),
    );
  });

  it.each(['/user', '/user/emails'])(
    'that answers no JSON at %s opens no session',
    async (path) => {
      forger.instead = { ...duties([address]), [path]: html };
      await expectNoSession(async () =>
        expectProblem(await signIn('github'), 503, 'issuer_unavailable'),
      );
    },
  );
});

it('rotated keys are found at the next sign-in', async () => {
  const { privateKey: key, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const next = { ...(await exportJWK(publicKey)), kid: 'next', alg: 'RS256', use: 'sig' };
  forger.instead = { '/jwks': (response) => sendJson(response, { keys: [next] }) };
  forger.idToken = (nonce) => forger.sign({ nonce }, { key, kid: 'next' });
  expect((await signIn()).status).toBe(200);
  forger.idToken = (nonce) => forger.sign({ nonce });
  expectProblem(await signIn(), 401, 'sign_in_invalid');
});
