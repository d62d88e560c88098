import { runMigrations as migrateQueue } from 'graphile-worker';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { PLATFORM_OPTIONS } from './begin';
import type { Query, Schema } from './data-source';
import { assertSafeRole, type RoleRow } from './database-role';
import { listApplied, prepareSchema } from './own-schema';

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
    const applied = await withDataSource(url, schema, (dataSource) =>
      dataSource.runMigrations({ transaction: 'each' }),
    );
    for (const migration of applied) onApplied(migration.name);
    await withDataSource(url, schema, async (dataSource) =>
      schema.complete?.((sql, parameters) => dataSource.query(sql, parameters)),
    );
    await migrateQueue({ connectionString: url, logger: undefined });
    return applied.length;
  });
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

/** Migrations see all rows: forced row-level security would hide them even from the owner. */
async function withDataSource<T>(
  url: string,
  schema: Schema,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const options = `${PLATFORM_OPTIONS} -c app.action=migration`;
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    ...schema,
    migrationsTableName: 'migrations',
    poolSize: 1,
    extra: { options },
  });
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

async function withLock<T>(url: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'tenantry-migrate' });
  client.on('error', () => undefined); // the query that it breaks under fails too
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await work(
      async <Row>(sql: string, parameters?: unknown[]) =>
        (await client.query(sql, parameters)).rows as Row[],
    );
  } finally {
    await client.end();
  }
}

function directUrl(config: Config): string {
  if (!config.databaseDirectUrl)
    throw new Error('the embedded database was not started before the migrations');
  return config.databaseDirectUrl;
}
