import { tmpdir } from 'node:os';
import { readConfig, type Config } from '../../src/platform/config/config';

/** The configuration of a test: cheap hashes, a quiet log, HTTP, no cron and no worker unless asked for. */
export function testConfig(databaseUrl: string, changes: Partial<Config> = {}): Config {
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    DATA_DIR: tmpdir(),
    DATABASE_POOL_SHARE: '10', // the whole pool: races of one business meet at the database, not before it
    SECRET_KEY: 'a secret of the tests, long enough to be taken',
    BCRYPT_COST: '4',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    APP_URL: 'http://app.test',
    RATE_LIMIT_REQUESTS: 'off',
    RATE_LIMIT_SIGNUPS: 'off',
    RATE_LIMIT_FAILURES: 'off',
    RATE_LIMIT_BUSINESSES: 'off',
    BUSINESSES_PER_PERSON: 'off',
    RATE_LIMIT_MAILS_RECIPIENT: 'off',
    RATE_LIMIT_MAILS_ACCOUNT: 'off',
    RATE_LIMIT_MAILS_BUSINESS: 'off',
    RATE_LIMIT_MAILS_UNPROVEN: 'off',
  });
  return { ...config, ...changes, roles: ['web', ...(changes.roles ?? [])] };
}
