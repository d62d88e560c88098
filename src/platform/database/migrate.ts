import { runMigrations as migrateQueue } from 'graphile-worker';
import { Client, type ClientConfig } from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { PLATFORM_OPTIONS } from './begin';
import type { Query, Schema } from './data-source';
import { assertSafeRole, type RoleRow } from './database-role';
import { listApplied, prepareSchema } from './own-schema';

/** Migrations see all rows: forced row-level security would hide them even from the owner. */
const MIGRATION_OPTIONS = `${PLATFORM_OPTIONS} -c app.action=migration`;
const MIGRATION_LOCK = 7_460; // session-level: the second process waits, and then finds nothing to do

export interface MigrationStatus {
  name: string;
  applied: boolean;
}

/**
 * Migrates the database to this version: the tables of the application, then those of the job queue. Any number of
 * processes may run it at once. A process that dies midway leaves only whole migrations.
 * @param onApplied receives the name of each migration
 * @returns how many were applied
 */
export async function migrate(
  config: Config,
  schema: Schema,
  onApplied: (name: string) => void = () => undefined,
): Promise<number> {
  const url = directUrl(config);
  return withLock(url, async (query) => {
    await assertSafeRole(config, (sql) => query<RoleRow>(sql));
    await prepareSchema(query, firstOf(schema));
    const applied = await applyPending(url, schema, query);
    for (const name of applied) onApplied(name);
    await complete(url, schema);
    await migrateQueue({ connectionString: url, logger: undefined });
    return applied.length;
  });
}

/** Nearly every start finds nothing to do, and makes no data source then. @returns the names of those it applied */
async function applyPending(url: string, schema: Schema, query: Query): Promise<string[]> {
  const names = new Set(await listApplied(query, firstOf(schema)));
  if (schema.migrations.every(({ name }) => names.has(name))) return [];
  const applied = await withDataSource(url, schema, (dataSource) =>
    dataSource.runMigrations({ transaction: 'each' }),
  );
  return applied.map(({ name }) => name);
}

async function complete(url: string, schema: Schema): Promise<void> {
  if (!schema.complete) return;
  const client = await connect({ connectionString: url, options: MIGRATION_OPTIONS });
  try {
    await schema.complete(rowsOf(client));
  } finally {
    await client.end();
  }
}

/** Every migration of this version, and whether it is applied. */
export async function migrationStatus(config: Config, schema: Schema): Promise<MigrationStatus[]> {
  return withDataSource(directUrl(config), schema, async (dataSource) => {
    const query: Query = (sql, parameters) => dataSource.query(sql, parameters);
    const names = new Set(await listApplied(query, firstOf(schema)));
    return dataSource.migrations.map((migration) => {
      const name = migration.name ?? migration.constructor.name;
      return { name, applied: names.has(name) };
    });
  });
}

function firstOf({ migrations: [first] }: Schema): string {
  if (!first) throw new Error('a schema without migrations');
  return first.name;
}

async function withDataSource<T>(
  url: string,
  schema: Schema,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations: schema.migrations,
    migrationsTableName: 'migrations',
    poolSize: 1,
    extra: { options: MIGRATION_OPTIONS },
  });
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function withLock<T>(url: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = await connect({ connectionString: url, application_name: 'tenantry-migrate' });
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(rowsOf(client));
  } finally {
    await client.end();
  }
}

async function connect(config: ClientConfig): Promise<Client> {
  const client = new Client(config);
  client.on('error', () => undefined); // the query that it breaks under fails too
  await client.connect();
  return client;
}

function rowsOf(client: Client): Query {
  return async <Row>(sql: string, parameters?: unknown[]) =>
    (await client.query(sql, parameters)).rows as Row[];
}

function directUrl(config: Config): string {
  if (!config.databaseDirectUrl)
    throw new Error('the embedded database was not started before the migrations');
  return config.databaseDirectUrl;
}
