import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import fastify from 'fastify';
import { ConfigFaults, readConfig, withPort, type Config } from './config';

const SECRET_KEY = 'a secret of exactly 32 bytes ...';
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://tenantry:secret@db.example/tenantry',
  SECRET_KEY,
  SMTP_URL: 'smtp://mail.example:587',
};

function faultsOf(environment: NodeJS.ProcessEnv): string[] {
  try {
    readConfig({ SECRET_KEY, ...environment });
    return [];
  } catch (error) {
    if (error instanceof ConfigFaults) return error.faults;
    throw error;
  }
}

/** The variables at fault. */
const faultyIn = (environment: NodeJS.ProcessEnv): string[] =>
  faultsOf(environment).map((fault) => fault.split(/[ :]/, 1)[0]!);

describe('readConfig', () => {
  it('needs nothing in development', () => {
    const config = readConfig({ SECRET_KEY });
    expect(config).toMatchObject({
      environment: 'development',
      host: '127.0.0.1',
      port: null,
      databaseUrl: null,
      databaseDirectUrl: null,
      databasePoolSize: 10,
      dataDirectory: resolve('.data'),
      appUrl: 'http://127.0.0.1:3000',
      upgradeUrl: 'http://127.0.0.1:3000/billing',
      smtpUrl: null,
      roles: ['web', 'worker', 'cron'],
      renewalCron: '* * * * *',
      rateLimitRequests: 600,
      trustProxy: [],
      corsOrigins: [],
      logLevel: 'info',
      metricsToken: null,
      bcryptCost: 10,
      sessionIdleHours: 12,
      sessionAbsoluteDays: 30,
      eventsRetentionDays: 30,
    });
  });

  it('is frozen', () => {
    const config: { port: number | null } = readConfig({ SECRET_KEY });
    expect(() => (config.port = 1)).toThrow(TypeError);
    expect(Object.isFrozen(withPort(config as Config, 4000))).toBe(true);
  });

  it('takes what is set', () => {
    const config = readConfig({
      ...PRODUCTION,
      HOST: '0.0.0.0',
      PORT: '8080',
      DATABASE_DIRECT_URL: 'postgresql://db.example/direct',
      DATABASE_POOL_SIZE: '50',
      DATA_DIR: '/var/lib/tenantry',
      APP_URL: 'https://app.example/',
      UPGRADE_URL: 'https://app.example/plans///',
      ROLES: 'web, cron',
      TRUST_PROXY: '10.0.0.1, 10.0.0.2',
      CORS_ORIGINS: 'https://app.example, http://localhost:5173',
      METRICS_TOKEN: 'a-token.for_Prometheus~+/1==',
      BCRYPT_COST: '14',
      SESSION_IDLE_HOURS: '1',
      SESSION_ABSOLUTE_DAYS: '2',
    });
    expect(config).toMatchObject({
      environment: 'production',
      host: '0.0.0.0',
      port: 8080,
      databaseUrl: PRODUCTION.DATABASE_URL,
      databaseDirectUrl: 'postgresql://db.example/direct',
      databasePoolSize: 50,
      dataDirectory: '/var/lib/tenantry',
      appUrl: 'https://app.example',
      upgradeUrl: 'https://app.example/plans',
      smtpUrl: PRODUCTION.SMTP_URL,
      secretKey: SECRET_KEY,
      roles: ['web', 'cron'],
      trustProxy: ['10.0.0.1', '10.0.0.2'],
      corsOrigins: ['https://app.example', 'http://localhost:5173'],
      metricsToken: 'a-token.for_Prometheus~+/1==',
      bcryptCost: 14,
      sessionIdleHours: 1,
      sessionAbsoluteDays: 2,
    });
  });

  it('treats an empty variable as unset', () => {
    const empty = { HOST: '', PORT: ' ', APP_URL: '', DATABASE_URL: '\t', BCRYPT_COST: '' };
    expect(readConfig({ SECRET_KEY, ...empty })).toEqual(readConfig({ SECRET_KEY }));
    expect(faultyIn({ ...PRODUCTION, DATABASE_URL: '', SMTP_URL: ' ' }).sort()).toEqual([
      'DATABASE_URL',
      'SMTP_URL',
    ]);
  });

  it('bypasses PgBouncer only where configured', () => {
    const { databaseDirectUrl } = readConfig({ SECRET_KEY, DATABASE_URL: 'postgres://db/one' });
    expect(databaseDirectUrl).toBe('postgres://db/one');
  });

  it('requires database, secret and mail in production, and reports all three', () => {
    expect(faultsOf({ NODE_ENV: 'production', SECRET_KEY: undefined })).toEqual([
      'DATABASE_URL is required in production',
      'SECRET_KEY is required in production',
      'SMTP_URL is required in production',
    ]);
    for (const name of ['DATABASE_URL', 'SECRET_KEY', 'SMTP_URL'])
      expect(faultyIn({ ...PRODUCTION, [name]: undefined })).toEqual([name]);
    expect(faultsOf(PRODUCTION)).toEqual([]);
  });

  it('refuses to expose metrics to a network without a token in production', () => {
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'server.example', '127.example.com', '::2'])
      expect([HOST, faultsOf({ ...PRODUCTION, HOST })]).toEqual([
        HOST,
        ['METRICS_TOKEN is required in production unless HOST is a loopback address'],
      ]);
    for (const HOST of [undefined, ' ', '127.0.0.1', '127.1.2.3', '::1', 'localhost'])
      expect([HOST, faultsOf({ ...PRODUCTION, HOST })]).toEqual([HOST, []]);
    expect(faultsOf({ ...PRODUCTION, HOST: '::', METRICS_TOKEN: 'a-token' })).toEqual([]);
    expect(faultsOf({ HOST: '0.0.0.0' })).toEqual([]);
  });

  it('says where a number is expected', () => {
    expect(faultsOf({ PORT: 'x' })).toEqual(['PORT: expected a number']);
    expect(faultsOf({ DATABASE_POOL_SIZE: 'ten' })).toEqual([
      'DATABASE_POOL_SIZE: expected a number',
    ]);
  });

  it('lists every fault at once, the missing ones too', () => {
    const environment = {
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: 'x',
      APP_URL: 'x',
      BCRYPT_COST: '99',
      SMTP_URL: 'http://x',
    };
    expect(faultyIn({ ...environment, SECRET_KEY: 'short' }).sort()).toEqual([
      'APP_URL',
      'BCRYPT_COST',
      'DATABASE_URL',
      'METRICS_TOKEN',
      'PORT',
      'SECRET_KEY',
      'SMTP_URL',
    ]);
    expect(() => readConfig(environment)).toThrow(/not usable:\n {2}- .+(\n {2}- .+){4,}/);
  });

  const ODD_NETWORKS = [
    ...[
      'nonsense',
      '1',
      'true',
      'proxy.example',
      '10.0.0',
      '10.0.0.1:80',
      '10.0.0.0/33',
      '10.0.0.0/',
    ],
    ...[
      '10.0.0.0/0',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      '10.0.0.0/0x8',
      '2001:db8::/129',
      '::ffff:10.0.0.0/8',
    ],
    ...['fe80::1%eth0', '10.0.0.1;10.0.0.2', '10.0.0.1,', ',', 'loopback/8', 'LOOPBACK'],
  ];
  const ODD_ORIGINS = [
    ...[
      '*',
      'https://*.example',
      'app.example',
      '//app.example',
      'null',
      'https://',
      'https://a b',
    ],
    ...[
      'https://app.example/',
      'https://app.example/path',
      'https://app.example:443',
      'http://a:80',
    ],
    ...['https://APP.example', 'ftp://app.example', 'file://', 'https://user@app.example'],
    ...['https://app.example,', 'https://app.example;https://b.example', 'https://app.example,*'],
  ];
  const faulty: [string, string[]][] = [
    ['NODE_ENV', ['prod', 'PRODUCTION']],
    ['PORT', ['-1', '65536', '1.5', 'http', '80 80']],
    ['DATABASE_URL', ['x', 'mysql://x/y', 'http://x']],
    ['DATABASE_DIRECT_URL', ['mysql://x/y']],
    ['DATABASE_POOL_SIZE', ['0', '501', 'ten']],
    ['APP_URL', ['app.example', 'ftp://app.example', 'javascript:alert(1)', '//app.example']],
    ['UPGRADE_URL', ['/billing', 'mailto:a@b.co']],
    ['SMTP_URL', ['mail.example', 'http://mail.example']],
    ['SECRET_KEY', ['x'.repeat(31)]],
    ['ROLES', ['web,', 'api', 'web;cron', 'WEB']],
    ['RATE_LIMIT_REQUESTS', ['0', '-1', '1.5', 'on', 'OFF', '1000001']],
    ['TRUST_PROXY', ODD_NETWORKS],
    ['CORS_ORIGINS', ODD_ORIGINS],
    ['LOG_LEVEL', ['loud']],
    ['METRICS_TOKEN', ['two words', 'tökén', '=', 'a:b']],
    ['BCRYPT_COST', ['3', '17', '12.5']],
    ['SESSION_IDLE_HOURS', ['0', '-1', '8761']],
    ['SESSION_ABSOLUTE_DAYS', ['0', '3651']],
  ];
  it.each(faulty)('refuses a faulty %s and nothing else', (name, values) => {
    for (const value of values)
      expect([value, faultyIn({ [name]: value })]).toEqual([value, [name]]);
  });

  it('accepts the proxies that Fastify accepts', () => {
    const networks = [
      ...['loopback', 'linklocal', 'uniquelocal', '127.0.0.1', '::1', '10.0.0.0/8', '10.0.0.1/32'],
      ...['0.0.0.0/1', '2001:db8::/32', '2001:db8::1/128', '::ffff:10.0.0.1'],
    ];
    const { trustProxy } = readConfig({ SECRET_KEY, TRUST_PROXY: networks.join(' , ') });
    expect(trustProxy).toEqual(networks);
    expect(() => fastify({ trustProxy: [...trustProxy] })).not.toThrow();
  });

  it('limits requests as configured, or not at all', () => {
    const limitOf = (text: string) =>
      readConfig({ SECRET_KEY, RATE_LIMIT_REQUESTS: text }).rateLimitRequests;
    expect([limitOf('1'), limitOf('1000000'), limitOf('off')]).toEqual([1, 1_000_000, null]);
  });

  it('counts the bytes of the secret, not its characters', () => {
    expect(faultyIn({ SECRET_KEY: 'ü'.repeat(16) })).toEqual([]);
    expect(faultyIn({ SECRET_KEY: 'ü'.repeat(15) })).toEqual(['SECRET_KEY']);
  });

  it('does not repeat a secret in its error', () => {
    const environment = {
      SECRET_KEY: 'tooshortsecret',
      DATABASE_URL: 'mysql://user:hunter2@db/x',
      SMTP_URL: 'http://user:hunter2@mail',
      METRICS_TOKEN: 'hunter2 and more',
    };
    expect(faultyIn(environment)).toHaveLength(4);
    expect(faultsOf(environment).join()).not.toMatch(/tooshort|hunter2/);
  });
});

describe('withPort', () => {
  const config = readConfig({ SECRET_KEY });

  it('puts the port into the derived URLs', () => {
    const found = withPort(config, 4321);
    expect(found).toMatchObject({
      port: 4321,
      appUrl: 'http://127.0.0.1:4321',
      upgradeUrl: 'http://127.0.0.1:4321/billing',
    });
    expect(config.port).toBeNull();
  });

  it('keeps configured URLs', () => {
    const given = readConfig({ SECRET_KEY, APP_URL: 'https://app.example' });
    expect(withPort(given, 4321)).toMatchObject({
      port: 4321,
      appUrl: 'https://app.example',
      upgradeUrl: 'https://app.example/billing',
    });
  });
});

describe('the secret of development', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tenantry-config-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const secretIn = (name: string) => readConfig({ DATA_DIR: join(directory, name) }).secretKey;

  it('is made once under DATA_DIR, readable by the owner only, and kept', () => {
    const secret = secretIn('one');
    const file = join(directory, 'one', 'secret-key');
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(readFileSync(file, 'utf8')).toBe(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(secretIn('one')).toBe(secret);
    expect(secretIn('two')).not.toBe(secret);
  });

  it('is not made where one is configured', () => {
    const given = readConfig({ SECRET_KEY, DATA_DIR: join(directory, 'given') });
    expect(given.secretKey).toBe(SECRET_KEY);
    expect(() => statSync(join(directory, 'given'))).toThrow('ENOENT');
  });

  it('is read from an existing file', () => {
    writeFileSync(join(directory, 'secret-key'), 'what was there before, and is long enough');
    expect(secretIn('.')).toBe('what was there before, and is long enough');
  });
});
