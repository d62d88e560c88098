import { readdirSync } from 'node:fs';
import { DataSource, type EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Config } from '../../src/platform/config/config';
import { migrate, migrationStatus } from '../../src/platform/database/migrate';
import { schema } from '../../src/schema';
import {
  dumpCatalog,
  listColumns,
  listIndexes,
  listTables,
  type Column,
  type Queryable,
} from '../support/architecture/catalog';
import { withEmptyDatabase } from '../support/architecture/empty-database';
import { listMigrations, MigrationRunner } from '../support/architecture/migration-runner';
import { findSecondChange } from '../support/architecture/sql';
import { testConfig } from '../support/test-config';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/* What migrations promise: back and forth without a trace, any number at once, and tables that are what entities say. */

/** Tables that no entity describes: they are written by statements of their own. */
const WITHOUT_ENTITY: Record<string, string> = {
  audit_log: 'written by a trigger',
  billing_accounts: 'of accounts.repository, which counts in the statement',
  billing_operations: 'of stripe-commands.repository: rows of JSON',
  billing_verifications: 'one row for each night',
  checkout_sessions: 'of checkouts.repository',
  cron_heartbeats: 'of cron-heartbeats, which needs ON CONFLICT',
  email_changes: 'of email-changes.repository',
  event_counters: 'of append_events',
  events: 'of append_events',
  factor_resets: 'of lost-factors.repository',
  guesses: 'of rate-limiter-flexible',
  idempotency_daily_totals: 'of idempotency-keys.repository, which counts in the statement',
  identities: 'of identities.repository: rows of texts',
  migrations: "TypeORM's own",
  notification_cursors: 'of notifications.repository, which needs ON CONFLICT',
  notification_mails: 'the same',
  notification_marks: 'the same',
  notification_preferences: 'of notification-preferences.repository, which needs ON CONFLICT',
  one_time_keys: 'of one_time_keys.repository, which needs ON CONFLICT',
  passkeys: 'of passkeys.repository',
  recovery_codes: 'of second-factors.repository',
  sign_in_challenges: 'of sign-in-challenges, which counts in the statement',
  sign_ins: 'of sign-ins.repository, which takes each in one statement',
  sql_callers: 'of sql-callers.repository: rows of two columns',
  sso_connections: 'of sso.repository, which needs ON CONFLICT',
  sso_domains: 'of sso.repository, which needs ON CONFLICT',
  stripe_accounts: 'of stripe-account.repository: one row',
  stripe_prices: 'of prices.repository, which needs ON CONFLICT',
  subscription_events: 'written by a trigger',
  subscription_periods: 'of the statements of renewal',
  totp_factors: 'of second-factors.repository, which needs ON CONFLICT',
  usage_alerts: 'written by a trigger',
  usage_counters: 'of the statements of ingestion and renewal',
  usage_days: 'written by a trigger',
  usage_event_keys: 'of count_usage',
  usage_events: 'of count_usage',
  usage_reservations: 'of count_usage',
  used_passkey_challenges: 'of passkey-challenges, which needs ON CONFLICT',
  webhook_cursors: 'counters',
  webhook_deliveries: 'written many at once',
  webhook_endpoint_states: 'leases, in one statement each',
  webhook_inbox: 'of inbox.repository, which needs ON CONFLICT',
};

/** Columns that the entity of their table leaves out, and why. */
const WITHOUT_PROPERTY: Record<string, string> = {};

/** Everything that a migration may leave: the catalogue, and the rows of tables that no trigger writes. */
async function dump(database: Queryable): Promise<string[]> {
  const tables = (await listTables(database)).filter((table) => table !== 'audit_log'); // append-only, so it tells of the way back too
  const counts = tables.map(
    (table) => `SELECT '${table}' AS name, count(*) AS count FROM ${table}`,
  );
  const rows = await database.query<{ line: string }>(
    `SELECT format('rows %s %s', name, count) AS line FROM (${counts.join(' UNION ALL ') || NO_TABLES}) AS counts ORDER BY line`,
  );
  return [...(await dumpCatalog(database)), ...rows.map(({ line }) => line)];
}

const NO_TABLES = `SELECT '' AS name, 0 AS count WHERE false`;

/** The last of the migrations that are released and never changed. */
const LAST_RELEASED = 1763690000016;

describe('the migrations', () => {
  it('are those of the folder, in the order of their times', () => {
    const folders = ['migrations', 'src/product/migrations'];
    const files = folders
      .flatMap((folder) => readdirSync(folder))
      .filter((name) => /^\d/.test(name));
    const ofFiles = files.map((name) => name.replace(/^(\d+)-(.+)\.ts$/, '$2 $1')).sort(byTime);
    const ofClasses = listMigrations().map(({ name }) => inKebabCase(name));
    expect(ofClasses).toEqual(ofFiles);
  });

  it('each leave nothing behind on the way down, and give the same again on the way up; a statement changes one thing', async () => {
    await withEmptyDatabase(async (url) => {
      const runner = await MigrationRunner.open(url);
      try {
        await upAndDown(runner);
        expect(findSecondChanges(runner)).toEqual([]);
      } finally {
        await runner.close();
      }
    });
  });

  async function upAndDown(runner: MigrationRunner): Promise<void> {
    const migrations = listMigrations();
    const dumps = [await dump(runner)];
    for (const { make } of migrations) {
      await runner.run(make(), 'up');
      dumps.push(await dump(runner));
    }
    for (const [index, { name, make }] of [...migrations.entries()].reverse()) {
      await runner.run(make(), 'down');
      expect([name, await dump(runner)]).toEqual([name, dumps[index]]);
    }
    for (const [index, { name, make }] of migrations.entries()) {
      await runner.run(make(), 'up');
      expect([name, await dump(runner)]).toEqual([name, dumps[index + 1]]);
    }
  }

  function findSecondChanges({ statements }: MigrationRunner): string[] {
    const open = statements.filter(({ migration }) => timeOf(migration) > LAST_RELEASED);
    expect(open.length).toBeGreaterThan(20);
    return open.flatMap(({ migration, sql }) => {
      const second = findSecondChange(sql);
      return second ? [`${migration}: ${second}: ${sql.trim()}`] : [];
    });
  }

  it.each([
    [
      'ALTER TABLE notes ADD COLUMN one text, ADD COLUMN two text',
      'several objects or subcommands',
    ],
    ['DROP TABLE notes, pages', 'several objects or subcommands'],
    ['CREATE INDEX ix_notes ON notes (id); DROP TABLE pages', 'several statements in one'],
    ['DO $$ BEGIN DROP TABLE notes; END $$', 'a block, which may change anything'],
    [
      'WITH old AS (DELETE FROM notes RETURNING id) UPDATE pages SET note_id = NULL',
      'several tables are written',
    ],
  ])('would be refused for: %s', (sql, reason) => {
    expect(findSecondChange(sql)).toBe(reason);
  });

  it.each([
    `ALTER TABLE notes ADD CONSTRAINT ck_notes_kind CHECK (kind IN ('a, b', 'c; d'))`,
    'CREATE TABLE notes (id uuid, text text, CONSTRAINT pk_notes PRIMARY KEY (id))',
    'CREATE FUNCTION count_notes() RETURNS void LANGUAGE sql AS $$ UPDATE notes SET n = 1; DELETE FROM pages $$',
    'ALTER ROLE CURRENT_USER IN DATABASE notes SET search_path = notes, public',
    'CREATE TRIGGER t BEFORE INSERT OR UPDATE OF a, b ON notes FOR EACH ROW EXECUTE FUNCTION f()',
    'INSERT INTO notes SELECT id, text FROM pages ON CONFLICT (id) DO UPDATE SET text = excluded.text',
  ])('may have: %s', (sql) => {
    expect(findSecondChange(sql)).toBeNull();
  });

  it('of several processes that meet at an empty database all succeed, and each runs once', async () => {
    await withEmptyDatabase(async (url) => {
      const config: Config = { ...testConfig(url), databaseDirectUrl: url };
      const applied: string[] = [];
      const remember = (name: string) => applied.push(name);
      const counts = await Promise.all([1, 2, 3, 4].map(() => migrate(config, schema, remember)));
      const names = listMigrations().map(({ name }) => name);
      expect(applied).toEqual(names);
      expect(counts.sort()).toEqual([0, 0, 0, names.length]);
      const status = await migrationStatus(config, schema);
      expect(status).toEqual(names.map((name) => ({ name, applied: true })));
      expect(await dumpOf(url)).toEqual(await dumpOfTemplate());
    });
  });

  async function dumpOf(url: string): Promise<string[]> {
    const runner = await MigrationRunner.open(url);
    try {
      return await dump(runner);
    } finally {
      await runner.close();
    }
  }

  async function dumpOfTemplate(): Promise<string[]> {
    const database = await createTestDatabase();
    try {
      return await dump(database);
    } finally {
      await database.drop();
    }
  }
});

describe('entities and tables', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let columns: Column[];

  beforeAll(async () => {
    database = await createTestDatabase();
    columns = await listColumns(database);
    dataSource = new DataSource({ type: 'postgres', url: database.url, entities: schema.entities });
    await dataSource.initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  function columnsOf(table: string): Column[] {
    return columns.filter((column) => column.table === table);
  }

  /** A column as its entity describes it, in the words of the catalogue. */
  function toColumn(metadata: ColumnMetadata): Omit<Column, 'default'> {
    const { databaseName, precision, isArray, isNullable, isInsert, isUpdate } = metadata;
    const type = dataSource.driver.normalizeType(metadata);
    const digits = typeof precision === 'number' ? `(${precision})` : '';
    return {
      table: metadata.entityMetadata.tableName,
      name: databaseName,
      type: type.replace(/^timestamp/, `timestamp${digits}`) + (isArray ? '[]' : ''),
      isNullable,
      isGenerated: !isInsert && !isUpdate,
    };
  }

  function described(): EntityMetadata[] {
    expect(dataSource.entityMetadatas.length).toBeGreaterThan(10);
    return dataSource.entityMetadatas;
  }

  it('agree on every column: name, type, precision, null, generated', () => {
    for (const { tableName, columns: metadata } of described()) {
      const known = columnsOf(tableName).filter(
        ({ name }) => !(`${tableName}.${name}` in WITHOUT_PROPERTY),
      );
      const ofTable = known.map(({ default: _, ...column }) => column);
      expect(metadata.map(toColumn).sort(byName)).toEqual(ofTable.sort(byName));
    }
  });

  it('agree on the primary keys', async () => {
    const primary = (await listIndexes(database)).filter((each) => each.constraintType === 'p');
    for (const { tableName, primaryColumns } of described()) {
      const ofTable = primary.find(({ table }) => table === tableName)?.columns ?? [];
      const ofEntity = primaryColumns.map(({ databaseName }) => databaseName);
      expect([tableName, ...ofEntity.sort()]).toEqual([tableName, ...[...ofTable].sort()]);
    }
  });

  it('give each table an entity, but for those on the list', async () => {
    const withEntity = described().map(({ tableName }) => tableName);
    const rest = (await listTables(database)).filter((table) => !withEntity.includes(table));
    expect(rest).toEqual(Object.keys(WITHOUT_ENTITY));
  });
});

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : 1;
}

/** `FirstPlans1763690000004` as its file has it: `first-plans 1763690000004`. */
function inKebabCase(name: string): string {
  const [, words = '', time = ''] = /^(.+?)(\d+)$/.exec(name) ?? [];
  return `${words.replace(/\B[A-Z]/g, '-$&').toLowerCase()} ${time}`;
}

function byTime(one: string, other: string): number {
  return timeOf(one) - timeOf(other);
}

/** The number that its name ends with. */
function timeOf(migration: string): number {
  return Number(/\d+$/.exec(migration)?.[0]);
}
