import type { JWTPayload } from 'jose';
import type { TrustedIssuer } from '../../src/platform/config/trusted-issuers';
import type { LoginResponse } from '../../src/modules/accounts/dto/account.responses';
import { newId } from '../../src/common/ids';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';
import { secondsOf, TokenIssuer } from '../support/token-issuer';

/* Tokens in the form in which each of these issuers signs them, with the settings of docs/sign-in.md. */

interface Shape {
  alg: TrustedIssuer['algorithms'][number];
  trusted: Partial<TrustedIssuer>;
  claims: (person: { sub: string; email: string; now: number; url: string }) => JWTPayload;
  /** A token of the same issuer that must not count. */
  wrong: JWTPayload;
}

const SHAPES: Record<string, Shape> = {
  'better-auth': {
    alg: 'EdDSA',
    trusted: { audience: ['https://your.app'] },
    claims: ({ sub, email, now }) => ({
      ...{ id: sub, name: 'Grace Hopper', email, emailVerified: true, image: null },
      ...{ createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' },
      ...{ iat: now, exp: now + 900, aud: 'https://your.app', sub },
    }),
    wrong: { aud: 'https://another.app' },
  },
  Clerk: {
    alg: 'RS256',
    trusted: { audience: undefined, authorizedParties: ['https://your.app'] },
    claims: ({ sub, email, now }) => ({
      ...{ azp: 'https://your.app', exp: now + 60, fva: [7, -1], iat: now, nbf: now - 10 },
      ...{ sid: 'sess_2', sts: 'active', sub: `user_${sub}`, v: 2, pla: 'u:free' },
      ...{ email, email_verified: true },
    }),
    wrong: { azp: undefined },
  },
  Logto: {
    alg: 'RS256',
    trusted: { audience: ['https://api.your.app'] },
    claims: ({ sub, email, now }) => ({
      ...{ jti: 'j', sub, iat: now, exp: now + 3600, scope: '', client_id: 'application' },
      ...{ aud: 'https://api.your.app', email, email_verified: true },
    }),
    wrong: { aud: 'https://another.app' },
  },
  Supabase: {
    alg: 'ES256',
    trusted: { audience: ['authenticated'], emailClaim: 'email' },
    claims: ({ sub, email, now }) => ({
      ...{ aal: 'aal1', amr: [{ method: 'password', timestamp: now - 5 }], session_id: 's' },
      ...{ app_metadata: { provider: 'email' }, aud: 'authenticated', email, phone: '' },
      ...{ exp: now + 3600, iat: now, is_anonymous: false, role: 'authenticated', sub },
      user_metadata: { email: 'anything@example.com', email_verified: true },
    }),
    wrong: { aud: 'anon', role: 'anon' },
  },
  Auth0: {
    alg: 'RS256',
    trusted: { audience: ['https://api.your.app'], emailClaim: 'https://your.app/email' },
    claims: ({ sub, email, now, url }) => ({
      ...{ 'https://your.app/email': email, sub: `auth0|${sub}`, iat: now, exp: now + 3600 },
      ...{ aud: ['https://api.your.app', `${url}/userinfo`], azp: 'client', scope: 'openid' },
    }),
    wrong: { aud: ['https://another.app'] },
  },
};

describe.each(Object.entries(SHAPES))('%s', (_, { alg, trusted, claims, wrong }) => {
  let issuer: TokenIssuer;
  let server: TestApplication;
  beforeAll(async () => {
    issuer = await TokenIssuer.start(alg);
    server = await TestApplication.start({
      webhookAllowedNetworks: ['127.0.0.1'],
      trustedIssuers: [issuer.trusted(trusted)],
    });
  });
  afterAll(async () => {
    await server.stop();
    await issuer.close();
  });

  const claimsOf = async (): Promise<JWTPayload & { address: string }> => {
    const sub = newId();
    const email = `person-${sub}@example.com`;
    const now = await secondsOf(server);
    return { ...claims({ sub, email, now, url: issuer.url }), address: email };
  };
  const exchange = async (sent: JWTPayload) =>
    server.post('/v1/auth/exchange', undefined, { token: await issuer.sign(sent) });

  it('signs in', async () => {
    const { address, ...sent } = await claimsOf();
    const answer = await exchange(sent);
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    const { session } = answer.body as LoginResponse;
    const me = await server.get('/v1/me', session.token);
    expect(me.body).toMatchObject({ user: { email: address, emailVerified: true } });
    expect(session.expiresAt).toBe(new Date((sent.exp! + 3600) * 1000).toISOString());
  });

  it('does not with a token for another application', async () => {
    const { address: _address, ...sent } = await claimsOf();
    expectProblem(await exchange({ ...sent, ...wrong }), 401, 'foreign_token_invalid');
  });
});
