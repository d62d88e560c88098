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
const STATEMENTS = readFileSync(join(__dirname, '../support/before-features.sql'), 'utf8')
  .replaceAll(':count', String(BUSINESSES))
  .split(/;\n/)
  .filter((sql) => sql.trim() !== '');

/** In the same words of both versions. */
const BEFORE = `
  SELECT 'plan' AS what, slug AS of, jsonb_build_array(recordings_limit, applications_limit, seats_limit) AS says FROM plans
  UNION ALL
  SELECT 'period', business_id || ' ' || ordinal, jsonb_build_array(start_time, end_time, plan_id, recordings_used, closed_at)
  FROM subscription_periods
  UNION ALL
  SELECT 'counter', business_id || ' ' || feature, jsonb_build_array(subscription_id, period_ordinal, used, carried_over, credited)
  FROM usage_counters
  UNION ALL
  SELECT 'seats', business_id::text, jsonb_build_array(count(*)) FROM members
  WHERE kind = 'person' AND status = 'active' GROUP BY business_id
  UNION ALL
  SELECT 'applications', business_id::text, jsonb_build_array(count(*)) FROM applications
  WHERE deleted_at IS NULL GROUP BY business_id`;

const AFTER = `
  SELECT 'plan' AS what, slug AS of,
         jsonb_build_array((grants -> 'recordings' ->> 'limit')::bigint, (grants -> 'applications' ->> 'limit')::bigint,
                           (grants -> 'seats' ->> 'limit')::bigint) AS says
  FROM plans WHERE grants -> 'recordings' ->> 'mode' = 'hard'
  UNION ALL
  SELECT 'period', business_id || ' ' || ordinal,
         jsonb_build_array(start_time, end_time, plan_id, coalesce((usage ->> 'recordings')::bigint, 0), closed_at)
  FROM subscription_periods
  UNION ALL
  SELECT 'counter', business_id || ' ' || feature, jsonb_build_array(subscription_id, period_ordinal, used, carried_over, credited)
  FROM usage_counters WHERE feature = 'recordings'
  UNION ALL
  SELECT feature, business_id::text, jsonb_build_array(used) FROM usage_counters WHERE feature <> 'recordings'`;

const ROWS = ['businesses', 'members', 'subscriptions', 'credits', 'applications', 'recordings'];

/** Of both versions: what they have in common of each row. */
const rowsOf = (table: string) =>
  `SELECT '${table}' AS what, to_jsonb(row) ->> 'id' AS of, to_jsonb(row) - 'counted_day' AS says FROM ${table} AS row`;

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
    const before = await read(url, BEFORE);
    await migrate({ ...testConfig(url), databaseDirectUrl: url }, schema);
    expect(before.length).toBeGreaterThan(10 * BUSINESSES);
    expect(await read(url, AFTER)).toEqual(before);
  }));
