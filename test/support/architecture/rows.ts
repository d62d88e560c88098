import type { TestDatabase } from '../test-database';

/** Every use of a credential moves it. */
const NOT_A_CHANGE = 'last_used_at';

/** Its id is the key of a feature, which all businesses see. */
const NAMES_A_FEATURE = 'business_grants: ';

/** Every row of every table, and every job, as `table: {…}`. Two of these are equal when nothing was changed. */
export async function listRows(database: TestDatabase): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'tenantry'
     UNION ALL SELECT 'graphile_worker._private_jobs'`,
  );
  const selects = tables.map(
    ({ name }) =>
      `SELECT '${name}: ' || (to_jsonb(one) - '${NOT_A_CHANGE}')::text AS row FROM ${name} AS one`,
  );
  const rows = await database.query<{ row: string }>(selects.join(' UNION ALL '));
  return rows.map(({ row }) => row).sort();
}

/** The rows that say this id anywhere: those of a business, and those of others that name it. */
export async function listRowsNaming(database: TestDatabase, id: string): Promise<string[]> {
  return (await listRows(database)).filter((row) => row.includes(id));
}

/** The ids of all that belongs to a business: none of them may show in another's answers. */
export async function listIdsOf(database: TestDatabase, businessId: string): Promise<string[]> {
  const rows = await listRowsNaming(database, businessId);
  const own = rows.filter((row) => !row.startsWith(NAMES_A_FEATURE));
  const ids = own.map((row) => /"id": "([^"]+)"/.exec(row)?.[1]);
  return ids.flatMap((id) => (id ? [id] : []));
}
