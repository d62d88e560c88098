import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tenantry/embedded-postgres';
import { migrate } from '../../src/platform/database/migrate';
import { schema } from '../../src/schema';
import {
  CLUSTER_URL_VARIABLE,
  TEMPLATE_VARIABLE,
  onCluster,
  testDataDirectory,
  urlOf,
} from './test-cluster';
import { testConfig } from './test-config';

declare global {
  // Jest hands nothing else from setup to teardown.
  var embeddedTestCluster: EmbeddedPostgres | undefined;
}

/**
 * One PostgreSQL for the whole run: that of DATABASE_URL (its role needs CREATEDB and CREATEROLE), or an embedded one of our own
 * without fsync. One migrated template; each test file clones it. A missing database is a failure, never a skip.
 */
export default async function setUp(): Promise<void> {
  if (process.env[TEMPLATE_VARIABLE]) return; // jest runs this once a project
  process.env[CLUSTER_URL_VARIABLE] = process.env.DATABASE_URL ?? (await startCluster());
  const template = `tenantry_template_${process.pid}`;
  await onCluster(`CREATE DATABASE ${template}`);
  const url = urlOf(template);
  await migrate({ ...testConfig(url), databaseDirectUrl: url }, schema);
  process.env[TEMPLATE_VARIABLE] = template;
}

async function startCluster(): Promise<string> {
  const cluster = await openEmbeddedPostgres({
    name: 'tenantry',
    dataDirectory: testDataDirectory(),
    durable: false,
    socket: true,
    createDatabases: true,
    createRoles: true,
    maxConnections: 300,
  });
  globalThis.embeddedTestCluster = cluster;
  return cluster.url;
}
