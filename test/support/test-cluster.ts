import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { withConnection } from './connection';

/** Where the runs of this checkout keep their PostgreSQL: apart from the development one, and kept between runs. */
export const TEST_DATA_DIRECTORY = join(
  tmpdir(),
  `tenantry-test-${createHash('sha256').update(process.cwd()).digest('hex').slice(0, 12)}`,
);

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

/** Runs statements on the cluster, in no database of a test. */
export async function onCluster(...statements: string[]): Promise<void> {
  await withConnection(clusterUrl(), {}, async (client) => {
    for (const sql of statements) await client.query(sql);
  });
}

/** FORCE may not end autovacuum, which is at work in a database of many changes; the plain form does. */
export async function dropDatabase(name: string): Promise<void> {
  await onCluster(`DROP DATABASE ${name} WITH (FORCE)`).catch(() =>
    onCluster(`DROP DATABASE ${name}`),
  );
}
