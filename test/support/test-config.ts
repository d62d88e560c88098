import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type Config } from '../../src/platform/config/config';
import LIMITS_OFF from './limits-off.json';

/** The configuration of a test: cheap hashes, a quiet log, HTTP, no cron and no worker unless asked for. */
export function testConfig(databaseUrl: string, changes: Partial<Config> = {}): Config {
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    DATA_DIR: tmpdir(),
    CONSOLE_DIR: join(tmpdir(), 'no-console'),
    DATABASE_POOL_SHARE: '10', // the whole pool: races of one business meet at the database, not before it
    SECRET_KEY: 'a secret of the tests, long enough to be taken',
    BCRYPT_COST: '4',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'fatal',
    APP_URL: 'http://app.test',
    ...LIMITS_OFF,
  });
  return { ...config, ...changes, roles: ['web', ...(changes.roles ?? [])] };
}
