import type { Config } from '../../../src/platform/config/config';
import { migrate, migrationStatus } from '../../../src/platform/database/migrate';
import { assertSearchPath } from '../../../src/platform/database/own-schema';
import { schema } from '../../../src/schema';
import { dumpCatalog, type Queryable } from '../../support/architecture/catalog';
import { withEmptyDatabase } from '../../support/architecture/empty-database';
import { listMigrations, MigrationRunner } from '../../support/architecture/migration-runner';
import { withConnection } from '../../support/connection';
import { Founder } from '../../support/founder';
import {
  installInPublic,
  LAST_IN_PUBLIC,
  LAST_WITHOUT_FEATURES,
} from '../../support/old-installation';
import { testConfig } from '../../support/test-config';
import { createTestDatabase } from '../../support/test-database';

/* Our tables are in the schema `tenantry`; those of other people, in `public`, stay theirs, whatever their names. */

const TABLES = `
  CREATE TABLE "users" ("id" serial PRIMARY KEY, "name" text NOT NULL);
  --> statement-breakpoint
  CREATE TABLE "sessions" ("id" serial PRIMARY KEY, "user_id" integer REFERENCES "users");
  --> statement-breakpoint
  CREATE TABLE "plans" ("id" serial PRIMARY KEY, "price" integer);
  --> statement-breakpoint
  CREATE TABLE "migrations" ("version" integer PRIMARY KEY);
  --> statement-breakpoint
  CREATE TABLE "features" ("id" serial PRIMARY KEY);`;
const CHANGE = `ALTER TABLE "plans" ADD COLUMN "color" text;
  --> statement-breakpoint
  INSERT INTO "plans" ("price", "color") VALUES (7, 'blue');`;

const configOf = (url: string): Config => ({ ...testConfig(url), databaseDirectUrl: url });

async function withFounder(url: string, work: (founder: Founder) => Promise<void>): Promise<void> {
  const founder = await Founder.open(url);
  try {
    await work(founder);
  } finally {
    await founder.close();
  }
}

/** The catalogue as a connection of the application's role sees it, without the founder's tables. */
async function ownCatalog(database: Queryable): Promise<string[]> {
  return (await dumpCatalog(database)).filter((line) => !/notes|drizzle/.test(line));
}

async function catalogOf(url: string): Promise<string[]> {
  return withConnection(url, {}, (client) =>
    ownCatalog({
      query: async <Row>(sql: string) => (await client.query(sql)).rows as Row[],
    }),
  );
}

async function catalogOfTemplate(): Promise<string[]> {
  const database = await createTestDatabase();
  const lines = await ownCatalog(database);
  await database.drop();
  return lines;
}

it('a database with users, sessions, plans and migrations of a founder takes ours beside them', () =>
  withEmptyDatabase((url) =>
    withFounder(url, async (founder) => {
      await founder.migrate(TABLES);
      await founder.query(`INSERT INTO users (name) VALUES ('Ada')`);
      await migrate(configOf(url), schema);
      await founder.migrate(TABLES, CHANGE);
      await migrate(configOf(url), schema);

      expect(await founder.query('SELECT * FROM users')).toEqual([{ id: 1, name: 'Ada' }]);
      expect(await founder.query('SELECT * FROM sessions')).toEqual([]);
      expect(await founder.query('SELECT * FROM plans')).toEqual([
        { id: 1, price: 7, color: 'blue' },
      ]);
      const own = await withConnection(url, { scope: 'platform' }, (client) =>
        client.query('SELECT slug FROM plans ORDER BY slug'),
      );
      expect(own.rows).toContainEqual({ slug: 'pro-yearly' });
      const inPublic = await founder.query(
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY name`,
      );
      const names = ['features', 'migrations', 'plans', 'sessions', 'users'];
      expect(inPublic).toEqual(names.map((name) => ({ name })));
      const ofOurs = (lines: string[]) => lines.filter((line) => line.includes('tenantry.'));
      expect(ofOurs(await catalogOf(url))).toEqual(ofOurs(await catalogOfTemplate()));
    }),
  ));

it.each([
  ['of this version, before it had a schema', LAST_IN_PUBLIC],
  ['of the version before features', LAST_WITHOUT_FEATURES],
])('an installation in public %s moves, and leaves the tables of a founder', (_, last) =>
  withEmptyDatabase((url) =>
    withFounder(url, async (founder) => {
      await installInPublic(url, last);
      await founder.migrate('CREATE TABLE notes (id serial PRIMARY KEY)');
      const names = listMigrations().map(({ name }) => name);
      const applied = names.filter((name) => Number(/\d+$/.exec(name)) <= last);
      const status = await migrationStatus(configOf(url), schema);
      expect(status).toEqual(names.map((name) => ({ name, applied: applied.includes(name) })));

      expect(await migrate(configOf(url), schema)).toBe(names.length - applied.length);
      expect(await catalogOf(url)).toEqual(await catalogOfTemplate());
      expect(await founder.query('SELECT * FROM public.notes')).toEqual([]);
      expect(await migrate(configOf(url), schema)).toBe(0);
    }),
  ),
);

it('and back again', () =>
  withEmptyDatabase(async (url) => {
    await installInPublic(url, LAST_IN_PUBLIC);
    const before = await catalogOf(url);
    await migrate(configOf(url), schema);
    const runner = await MigrationRunner.open(url);
    const later = listMigrations().filter(({ name }) => Number(/\d+$/.exec(name)) > LAST_IN_PUBLIC);
    for (const { make } of later.reverse()) await runner.run(make(), 'down');
    await runner.close();
    const after = (await catalogOf(url)).filter((line) => line !== 'schema graphile_worker');
    expect(after).toEqual(before);
  }));

it('the search_path is set again where a dump or a clone has lost it, and missed where it is not set', async () => {
  const database = await createTestDatabase();
  const { name } = (
    await database.query<{ name: string }>('SELECT current_database() AS name')
  )[0]!;
  await database.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET search_path = public`);
  const check = () =>
    withConnection(database.url, {}, (client) =>
      assertSearchPath(async <Row>(sql: string) => (await client.query(sql)).rows as Row[]),
    );
  await expect(check()).rejects.toThrow('begins with public, not with tenantry');
  await migrate(configOf(database.url), schema);
  await check();
  await database.drop();
});
