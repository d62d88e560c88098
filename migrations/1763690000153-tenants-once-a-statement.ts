import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ADD_PARTITION } from './1763690000126-partitions-beside-open-transactions';
import { TENANTS } from './table-rules';

/**
 * Policies read the list of a transaction's tenants once in a statement. Before, PostgreSQL parsed it for each row that it
 * looked at: with a shared flush for 64 tenants that was two thirds of the work, and it grew with their square.
 */
export class TenantsOnceAStatement1763690000153 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await rewritePolicies(runner);
    await runner.query(ADD_PARTITION.replace(inQuotes(EARLIER), inQuotes(TENANTS)));
  }

  /** Policies stay: a new installation has them from the start, and both forms mean the same. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(ADD_PARTITION);
  }
}

/** `TENANTS` as it was. */
const EARLIER = `nullif(current_setting('app.business_ids', true), '')::uuid[]`;

// As PostgreSQL writes them back.
const EACH_ROW = `(NULLIF(current_setting('app.business_ids'::text, true), ''::text))::uuid[]`;
const ONCE = `( SELECT ${EACH_ROW} AS "nullif")::uuid[]`;

/** Of all tables, those of the product too; a new installation has made them in the later form. */
async function rewritePolicies(runner: QueryRunner): Promise<void> {
  const policies = (await runner.query(
    `SELECT tablename, policyname, qual FROM pg_policies
     WHERE schemaname = current_schema() AND qual LIKE '%app.business_ids%' AND strpos(qual, $1) = 0 ORDER BY tablename`,
    [ONCE],
  )) as { tablename: string; policyname: string; qual: string }[];
  for (const { tablename, policyname, qual } of policies) {
    const condition = qual.replaceAll(EACH_ROW, ONCE);
    await runner.query(
      `ALTER POLICY ${policyname} ON ${tablename} USING (${condition}) WITH CHECK (${condition})`,
    );
  }
}

function inQuotes(sql: string): string {
  return sql.replaceAll("'", "''");
}
