import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { createServer } from '../../src/server';
import { ForgingProvider } from '../support/forging-provider';
import { keepingLogger } from '../support/logs';
import { expectProblem } from '../support/problems';
import { testConfig } from '../support/test-config';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { TokenIssuer } from '../support/token-issuer';

/* Why a provider or an issuer could not be asked is in the log, for the operator, and not in the answer. */

const NOT_PUBLIC = 'The URL leads to an address that is not public.';
const SECRET = 'a secret of the client';

const { logger, lines } = keepingLogger();
let database: TestDatabase;
let forger: ForgingProvider;
let gone: ForgingProvider;
let issuer: TokenIssuer;
let app: NestFastifyApplication;
beforeAll(async () => {
  [database, forger, gone, issuer] = await Promise.all([
    createTestDatabase(),
    ForgingProvider.start(),
    ForgingProvider.start(),
    TokenIssuer.start('EdDSA'),
  ]);
  await gone.stop();
  const inside = { id: 'inside', issuer: 'http://10.0.0.1', clientSecret: SECRET };
  const config = testConfig(database.url, {
    webhookAllowedNetworks: ['127.0.0.1'],
    oidcProviders: [
      forger.configured({ clientSecret: SECRET }),
      gone.configured({ id: 'gone', clientSecret: SECRET }),
      forger.configured(inside),
    ],
    trustedIssuers: [issuer.trusted({ jwksUri: 'http://10.0.0.1/keys' })],
  });
  app = await createServer(config, logger);
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await app.close();
  await database.drop();
  await forger.stop();
  await issuer.close();
});

async function refused(path: string, body: object): Promise<string> {
  const before = lines().length;
  const answer = await request(await app.getUrl())
    .post(path)
    .send(body);
  expectProblem(answer, 503, 'issuer_unavailable');
  expect(answer.text).not.toMatch(/public|refused|content-type/);
  const logged = lines()
    .slice(before)
    .map(({ msg }) => msg);
  return logged.find((msg) => msg.startsWith('issuer_unavailable'))!;
}

it.each([
  ['at a private address', 'inside', NOT_PUBLIC],
  ['that refuses connections', 'gone', 'The server refused the connection.'],
  ['that answers HTML', 'forger', 'content-type'],
])('the log says why a provider %s could not be asked', async (_, provider, why) => {
  forger.instead = {
    '/.well-known/openid-configuration': (response) =>
      void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sorry</html>'),
  };
  const logged = await refused('/v1/auth/sign-ins', { provider });
  expect(logged).toContain(why);
  expect(logged).not.toContain(SECRET);
});

it('the log says why the keys of a trusted issuer could not be read', async () => {
  const token = await issuer.sign({ sub: 'any' });
  const logged = await refused('/v1/auth/exchange', { token });
  expect(logged).toContain(NOT_PUBLIC);
  expect(logged).not.toContain(token);
});
