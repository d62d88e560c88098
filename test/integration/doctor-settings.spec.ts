import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkStripe } from '../../src/cli/doctor/network-checks';
import {
  checkAppUrl,
  checkMailFrom,
  checkMetricsToken,
  checkSecretKey,
} from '../../src/cli/doctor/setting-checks';
import { checkPasskeys } from '../../src/cli/doctor/sign-in-checks';
import type { Config } from '../../src/platform/config/config';
import { expectStatus, findingOf, listen } from '../support/doctor';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/* Each fault is made, and the doctor names it with what to do; without it the same check is well. */

const RANDOM_KEY = 'f3b1c98e27d64a0598d1e7c2ab40639f51c7d2e8a96b3f04';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const find = (check: string, changes: Partial<Config> = {}) => findingOf(database, check, changes);

describe('Stripe', () => {
  it('is asked for only with a key, and not given it; any answer will do', async () => {
    const heard: (string | undefined)[] = [];
    const stripe = await listen(
      createServer((request, response) => {
        heard.push(request.headers.authorization);
        response.writeHead(404).end();
      }),
    );
    const stripeApiBase = stripe.url;
    expectStatus(await checkStripe({ stripeSecretKey: null, stripeApiBase }), 'ok', /no payments/);
    expect(heard).toEqual([]);
    const finding = await checkStripe({ stripeSecretKey: 'sk_test_1', stripeApiBase });
    expectStatus(finding, 'ok', /answers/);
    expect(heard).toEqual([undefined]);
    stripe.server.closeAllConnections();
    stripe.server.close();
  });

  it('that cannot be reached is a failure', async () => {
    const gone = { stripeSecretKey: 'sk_test_1', stripeApiBase: 'http://127.0.0.1:1' };
    expectStatus(await checkStripe(gone), 'fail', /127\.0\.0\.1:1/, /STRIPE_API_BASE/);
    expectStatus(await find('stripe', gone), 'fail', /127\.0\.0\.1:1/, /firewall/);
  });
});

describe('a secret key', () => {
  it.each([RANDOM_KEY, 'vJ4rQm0kX7-LzT2sYcN9dPbEwHaGuI1oKfVq8RnBtSM'])(
    'like %s is well',
    (secretKey) => {
      expectStatus(checkSecretKey({ environment: 'production', secretKey }), 'ok', /random/);
    },
  );

  it.each([
    'a'.repeat(64),
    'ab'.repeat(32),
    '0192837465'.repeat(6),
    'change-me-change-me-change-me-change-me',
    'this is an example, do not use it',
    'correct horse battery staple and some more words',
    'a secret of the tests, long enough to be taken',
    `${RANDOM_KEY}-tenantry`,
  ])('like %s is not', (secretKey) => {
    const given = { environment: 'production', secretKey } as const;
    expectStatus(checkSecretKey(given), 'fail', /guessed/, /openssl rand/);
    expect(JSON.stringify(checkSecretKey(given))).not.toContain(secretKey);
    const elsewhere = { environment: 'development', secretKey } as const;
    expectStatus(checkSecretKey(elsewhere), 'warn', /guessed/, /openssl rand/);
  });
});

describe('the token of the metrics', () => {
  it.each([
    [null, 'ok'],
    [RANDOM_KEY, 'ok'],
    ['short', 'fail'],
    [RANDOM_KEY.slice(0, 23), 'fail'],
    ['0'.repeat(40), 'fail'],
  ] as const)('%s is %s', (metricsToken, status) => {
    const finding = checkMetricsToken({ environment: 'production', metricsToken });
    expectStatus(finding, status, /./, /openssl rand/);
    if (metricsToken) expect(JSON.stringify(finding)).not.toContain(metricsToken);
  });
});

describe('passkeys', () => {
  const check = (app: string | null, environment: Config['environment']) => {
    const given = { appUrl: '', environment, givenUrls: { app, upgrade: null } };
    return checkPasskeys(given, 'http://127.0.0.1:3000');
  };

  it('are of the host of APP_URL, and of localhost in development', () => {
    expectStatus(check('https://app.example', 'production'), 'ok', /at https:\/\/app\.example$/);
    expectStatus(check(null, 'development'), 'ok', /at http:\/\/localhost:3000$/);
  });

  it.each(['https://192.0.2.7', 'https://[2001:db8::7]', 'http://127.0.0.1:3000'])(
    'are off at %s',
    (app) => {
      expectStatus(check(app, 'production'), 'warn', /off: /, /host name/);
    },
  );
});

describe('APP_URL', () => {
  it.each([
    ['production', 'https://app.acme.dev', 'ok'],
    ['production', 'http://app.acme.dev', 'fail'],
    ['production', 'https://app.example.com', 'fail'],
    ['production', 'https://localhost:8443', 'fail'],
    ['production', 'https://[::1]', 'fail'],
    ['production', null, 'fail'],
    ['development', 'http://127.0.0.1:3000', 'ok'],
  ] as const)('in %s of %s is %s', (environment, app, status) => {
    const given = { environment, givenUrls: { app, upgrade: null } };
    expectStatus(checkAppUrl(given, 'http://127.0.0.1:3001'), status, /https?:/, /https:/);
  });

  it('that is unset is the address of the server, with its port', () => {
    const given = { environment: 'development', givenUrls: { app: null, upgrade: null } } as const;
    expectStatus(checkAppUrl(given, 'http://127.0.0.1:3001'), 'ok', /unset: .*127\.0\.0\.1:3001$/);
  });
});

describe('the sender of mail', () => {
  it.each([
    ['production', 'Acme <no-reply@mail.acme.dev>', 'ok'],
    ['production', 'billing@acme.dev', 'ok'],
    ['production', 'Tenantry <no-reply@localhost>', 'fail'],
    ['production', 'Tenantry <no-reply@example.com>', 'fail'],
    ['production', 'no-reply@mail.acme.example', 'fail'],
    ['production', 'no-reply@server', 'fail'],
    ['production', 'Acme', 'fail'],
    ['development', 'Tenantry <no-reply@localhost>', 'ok'],
  ] as const)('in %s as %s is %s', (environment, mailFrom, status) => {
    expectStatus(checkMailFrom({ environment, mailFrom }), status, /./, /MAIL_FROM/);
  });

  it('is checked with everything else', async () => {
    const given = { environment: 'production', mailFrom: 'Tenantry <no-reply@localhost>' } as const;
    expectStatus(await find('MAIL_FROM', given), 'fail', /no-reply@localhost/, /SPF/);
  });
});

describe('the server', () => {
  const people = { app: 'https://app.acme.dev', upgrade: null };
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tenantry-doctor-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is found where a server in development has written down that it is, not where the settings guess', async () => {
    const body = JSON.stringify({ status: 'ok' });
    const { server, url } = await listen(createServer((_, response) => response.end(body)));
    writeFileSync(join(folder, 'server.json'), JSON.stringify({ url }));
    const finding = await find('server', { dataDirectory: folder, port: 1, givenUrls: people });
    expect(finding.detail).toBe(`answers at ${url}; people find it at https://app.acme.dev`);
    const links = { dataDirectory: folder, givenUrls: { app: null, upgrade: null } };
    expectStatus(await find('APP_URL', links), 'ok', new RegExp(`use ${url}$`));
    server.closeAllConnections();
    server.close();
  });

  it('that listens to all is asked by the loopback address', async () => {
    const finding = await find('server', { dataDirectory: folder, host: '0.0.0.0', port: 1 });
    expectStatus(finding, 'warn', /none answers at http:\/\/127\.0\.0\.1:1$/, /PORT/);
  });
});
