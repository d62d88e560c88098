import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { TEMPLATE_VARIABLE, clusterUrl, urlOf } from './test-cluster';

export interface TestDatabase {
  url: string;
  /** Runs a statement as the application's role, seeing all tenants. */
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** A database of one's own: a clone of the migrated template, some 60 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `tenantry_test_${randomBytes(6).toString('hex')}`;
  await onCluster(`CREATE DATABASE ${name} TEMPLATE ${process.env[TEMPLATE_VARIABLE]}`);
  const url = urlOf(name);
  return {
    url,
    query: (sql, parameters) => queryAsPlatform(url, sql, parameters),
    // FORCE may not end autovacuum, which is at work in a database of many changes; the plain form does.
    drop: () =>
      onCluster(`DROP DATABASE ${name} WITH (FORCE)`).catch(() =>
        onCluster(`DROP DATABASE ${name}`),
      ),
  };
}

async function queryAsPlatform<Row>(
  url: string,
  sql: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  return withClient(
    url,
    '-c app.scope=platform',
    async (client) => (await client.query(sql, parameters)).rows as Row[],
  );
}

async function onCluster(sql: string): Promise<void> {
  await withClient(clusterUrl(), undefined, (client) => client.query(sql));
}

async function withClient<T>(
  connectionString: string,
  options: string | undefined,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString, options });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
