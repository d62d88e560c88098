import { randomBytes } from 'node:crypto';
import { Pool } from 'pg';
import { cloneTemplate, dropDatabase, urlOf } from './test-cluster';

export interface TestDatabase {
  url: string;
  /** Runs a statement as the application's role, seeing all tenants. */
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** As many statements of a test as run side by side; `until` asks between them. */
const CONNECTIONS = 4;

/** A database of one's own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `tenantry_test_${randomBytes(6).toString('hex')}`;
  await cloneTemplate(name);
  const url = urlOf(name);
  let pool: Pool | null = openPool(url);
  return {
    url,
    query: async <Row>(sql: string, parameters: unknown[] = []) => {
      if (!pool) throw new Error(`the database ${name} was dropped`);
      return (await pool.query(sql, parameters)).rows as Row[];
    },
    drop: async () => {
      await pool?.end();
      pool = null;
      await dropDatabase(name);
    },
  };
}

/** Its connections keep no settings: a statement may not SET anything but LOCAL. */
function openPool(connectionString: string): Pool {
  const pool = new Pool({
    connectionString,
    options: '-c app.scope=platform',
    application_name: 'tenantry-test',
    max: CONNECTIONS,
    idleTimeoutMillis: 5_000,
    allowExitOnIdle: true,
  });
  // A test that ends connections ends idle ones of the pool too, which makes others when it is asked again.
  pool.on('error', () => undefined);
  return pool;
}
