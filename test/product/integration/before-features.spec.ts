import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../../src/platform/database/migrate';
import { schema } from '../../../src/schema';
import { withEmptyDatabase } from '../../support/architecture/empty-database';
import { withConnection } from '../../support/connection';
import { installInPublic, LAST_WITHOUT_FEATURES } from '../../support/old-installation';
import { testConfig } from '../../support/test-config';

/* Plans, usage, credits and periods of an installation of the version before features are what they were. */

const BUSINESSES = 50;
const readSql = (name: string) =>
  readFileSync(join(__dirname, '../support', `${name}.sql`), 'utf8');
const STATEMENTS = readSql('before-features')
  .replaceAll(':count', String(BUSINESSES))
  .split(/;\n/)
  .filter((sql) => sql.trim() !== '');

const ROWS = ['businesses', 'members', 'subscriptions', 'credits', 'applications', 'recordings'];

/** Of both versions: what they have in common of each row. */
const rowsOf = (table: string) =>
  `SELECT '${table}' AS what, to_jsonb(row) ->> 'id' AS of, to_jsonb(row) - '{counted_day,require_second_factor}'::text[] AS says FROM ${table} AS row`;

async function read(url: string, state: string): Promise<unknown[]> {
  const sql = `${[state, ...ROWS.map(rowsOf)].join(' UNION ALL ')} ORDER BY what, of`;
  return withConnection(
    url,
    { scope: 'platform' },
    async (client) => (await client.query<object>(sql)).rows,
  );
}

it('an installation from before features keeps them', () =>
  withEmptyDatabase(async (url) => {
    await installInPublic(url, LAST_WITHOUT_FEATURES, async (query) => {
      for (const sql of STATEMENTS) await query(sql);
    });
    const before = await read(url, readSql('kept-before'));
    await migrate({ ...testConfig(url), databaseDirectUrl: url }, schema);
    expect(before.length).toBeGreaterThan(10 * BUSINESSES);
    expect(await read(url, readSql('kept-after'))).toEqual(before);
  }));
