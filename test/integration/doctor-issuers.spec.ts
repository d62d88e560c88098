import { ForgingProvider } from '../support/forging-provider';
import { expectStatus, findingsOf } from '../support/doctor';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { TokenIssuer } from '../support/token-issuer';

/* Whether those whom people sign in with answer. */

let database: TestDatabase;
let provider: ForgingProvider;
let issuer: TokenIssuer;
beforeAll(async () => {
  database = await createTestDatabase();
  provider = await ForgingProvider.start();
  issuer = await TokenIssuer.start('ES256');
});
afterAll(async () => {
  await database.drop();
  await provider.stop();
  await issuer.close();
});

const FIX = /WEBHOOK_ALLOWED_NETWORKS/;

it('is well with providers and issuers that answer', async () => {
  const findings = await findingsOf(database, {
    webhookAllowedNetworks: ['127.0.0.1'],
    oidcProviders: [provider.configured()],
    trustedIssuers: [issuer.trusted()],
  });
  expectStatus(findings.get('provider forger')!, 'ok', /openid-configuration answers/);
  expectStatus(findings.get(`issuer ${issuer.url}`)!, 'ok', /openid-configuration answers/);
});

it('names those that do not, or are others', async () => {
  const findings = await findingsOf(database, {
    webhookAllowedNetworks: ['127.0.0.1'],
    oidcProviders: [
      provider.configured({ issuer: `${provider.url}/` }),
      provider.configured({ id: 'inside', issuer: 'http://10.0.0.1' }),
      provider.configured({ id: 'github', type: 'github' }),
    ],
    trustedIssuers: [issuer.trusted({ jwksUri: `${provider.url}/nothing` })],
  });
  expectStatus(findings.get('provider forger')!, 'fail', /of another issuer/, FIX);
  expectStatus(findings.get('provider inside')!, 'fail', /not public/, FIX);
  expectStatus(findings.get(`issuer ${issuer.url}`)!, 'ok', /answers/);
  expect(findings.has('provider github')).toBe(false);
});
