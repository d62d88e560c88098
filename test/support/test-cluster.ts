import { createHash } from 'node:crypto';
import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';

/** Linux keeps it in memory: a test database has 430 files, which are created and deleted there in a fifth of the time. */
const MEMORY = '/dev/shm';
/** What a run needs with room to spare; a container has 64 MB there unless told otherwise. */
const NEEDED_BYTES = 2 ** 30;

/** Where the runs of this checkout keep their PostgreSQL: apart from the development one, and kept between runs. */
export function testDataDirectory(): string {
  const checkout = createHash('sha256').update(process.cwd()).digest('hex').slice(0, 12);
  return join(hasMemory() ? MEMORY : tmpdir(), `tenantry-test-${checkout}`);
}

function hasMemory(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > NEEDED_BYTES;
}

/** Set by global-setup for the workers: a URL of the cluster whose role may create databases. */
export const CLUSTER_URL_VARIABLE = 'TENANTRY_TEST_CLUSTER_URL';
export const TEMPLATE_VARIABLE = 'TENANTRY_TEST_TEMPLATE';

export function clusterUrl(): string {
  const url = process.env[CLUSTER_URL_VARIABLE];
  if (!url) throw new Error('the test cluster was not started by test/support/global-setup.ts');
  return url;
}

/** The same cluster, another database. */
export function urlOf(database: string): string {
  const url = new URL(clusterUrl());
  url.pathname = `/${database}`;
  return url.toString();
}

/** A clone of the migrated template, in 20 ms: its files are copied, which leaves nothing in the write-ahead log. */
export function cloneTemplate(name: string): Promise<void> {
  const template = process.env[TEMPLATE_VARIABLE];
  return onCluster(
    `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`,
    `ALTER ROLE CURRENT_USER IN DATABASE ${name} SET search_path = tenantry, public`, // a clone has no settings of roles
  );
}

/** Runs statements on the cluster, in no database of a test. */
export async function onCluster(...statements: string[]): Promise<void> {
  const client = await poolOfWorker().connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    client.release();
  }
}

/** One for all files of a worker, which load this module anew: a connection costs more than what is sent over it. */
function poolOfWorker(): Pool {
  const pools = globalThis as Record<symbol, Pool | undefined>;
  return (pools[Symbol.for(clusterUrl())] ??= new Pool({
    connectionString: clusterUrl(),
    application_name: 'tenantry-test-cluster',
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
  }).on('error', () => undefined));
}

/** FORCE may not end autovacuum, which is at work in a database of many changes; the plain form does. */
export async function dropDatabase(name: string): Promise<void> {
  await onCluster(`DROP DATABASE ${name} WITH (FORCE)`).catch(() =>
    onCluster(`DROP DATABASE ${name}`),
  );
}
