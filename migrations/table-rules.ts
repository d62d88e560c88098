import type { QueryRunner } from 'typeorm';

// What every table of a tenant gets, in the migration that makes it.

/** The tenants of the transaction: a query of its own, which runs once in a statement, and not for each row. */
export const TENANTS = `(SELECT nullif(current_setting('app.business_ids', true), '')::uuid[])::uuid[]`;
const PLATFORM = `current_setting('app.scope', true) = 'platform'`;

/** Row-level security: a transaction sees and writes the rows of its tenants, or all in platform scope. Forced, so the owner obeys too. */
export async function isolate(
  runner: QueryRunner,
  table: string,
  column = 'business_id',
): Promise<void> {
  await forcePolicy(runner, table, `${column} = ANY (${TENANTS}) OR ${PLATFORM}`);
}

/** For tables that no tenant owns and no tenant may see. */
export async function reserveForPlatform(runner: QueryRunner, table: string): Promise<void> {
  await forcePolicy(runner, table, PLATFORM);
}

/** For tables whose rows several tenants may share: `condition` says which ones a tenant sees. */
export async function isolateBy(
  runner: QueryRunner,
  table: string,
  condition: string,
): Promise<void> {
  await forcePolicy(runner, table, `${condition} OR ${PLATFORM}`);
}

export interface AuditRules {
  /** The column that names the tenant; without one, the row belongs to the platform. */
  businessColumn?: string | null;
  /** Columns whose values are secrets or payload: a change is recorded as a change of "***". */
  masked?: string[];
  /** Only updates that set one of these columns are recorded: without it, all. */
  updatesOf?: string[];
  /** Which writes are recorded. */
  on?: ('INSERT' | 'UPDATE' | 'DELETE')[];
}

/** Records each write in the audit log, by a trigger in the same transaction, so that no code path can forget it. */
export async function audit(
  runner: QueryRunner,
  table: string,
  targetType: string,
  rules: AuditRules = {},
): Promise<void> {
  const {
    businessColumn = 'business_id',
    masked = [],
    updatesOf,
    on = ['INSERT', 'UPDATE', 'DELETE'],
  } = rules;
  const events = on.map((event) =>
    event === 'UPDATE' && updatesOf ? `UPDATE OF ${updatesOf.join(', ')}` : event,
  );
  await runner.query(`
    CREATE TRIGGER audit_${table} AFTER ${events.join(' OR ')} ON ${table}
    FOR EACH ROW EXECUTE FUNCTION audit_row('${targetType}', '${businessColumn ?? ''}', '${masked.join(',')}')`);
}

/** Whether the schema that migrations run in has this table: the old ones of the core name those of a product. */
export async function hasTable(runner: QueryRunner, table: string): Promise<boolean> {
  const rows = (await runner.query(
    'SELECT FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1',
    [table],
  )) as unknown[];
  return rows.length > 0;
}

async function forcePolicy(runner: QueryRunner, table: string, condition: string): Promise<void> {
  await runner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  await runner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await runner.query(
    `CREATE POLICY ${table}_isolation ON ${table} USING (${condition}) WITH CHECK (${condition})`,
  );
}

/** The text of a function, for a database that has the function already: back to an earlier version of it. */
export function orReplace(createFunction: string): string {
  return createFunction.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION');
}
