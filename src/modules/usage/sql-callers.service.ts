import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';

/** What other programs may call; docs/features.md shows how. */
const SQL_FUNCTIONS = [
  'consume(uuid, text, bigint, text)',
  'consume_all(uuid, jsonb, text)',
  'release(uuid, text, text)',
  '"check"(uuid, text, bigint)',
];

export interface SqlCaller {
  role: string;
  /** Null: for all. */
  businessId: string | null;
  createdAt: Date;
}

const REASON = 'roles of other programs belong to no tenant';

/** The roles of the database that may count usage in their own transactions. For the operator: no route reaches it. */
@Injectable()
export class SqlCallersService {
  constructor(private readonly database: Database) {}

  /** Lets a role count for a business, or for all of them (null). Idempotent. @returns false: no such role or business */
  grant(context: RequestContext, role: string, businessId: string | null): Promise<boolean> {
    return this.database.platform(context, REASON, async (tx) => {
      const name = await findQuoted(tx, role);
      if (name === null || !(await isKnown(tx, businessId))) return false;
      await tx.query(`GRANT USAGE ON SCHEMA tenantry TO ${name}`);
      await tx.query(`GRANT EXECUTE ON FUNCTION ${SQL_FUNCTIONS.join(', ')} TO ${name}`);
      await tx.execute(
        `INSERT INTO sql_callers (role_name, business_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [role, businessId, tx.now],
      );
      return true;
    });
  }

  /** Takes back what `grant` gave for this business, or for all (null); with the last one, the rights on the functions. */
  revoke(context: RequestContext, role: string, businessId: string | null): Promise<boolean> {
    return this.database.platform(context, REASON, async (tx) => {
      const removed = await tx.execute(
        `DELETE FROM sql_callers WHERE role_name = $1 AND business_id IS NOT DISTINCT FROM $2`,
        [role, businessId],
      );
      const rest = await tx.query('SELECT FROM sql_callers WHERE role_name = $1', [role]);
      if (rest.length === 0) await this.revokeRights(tx, role);
      return removed > 0;
    });
  }

  list(context: RequestContext): Promise<SqlCaller[]> {
    return this.database.platform(context, REASON, (tx) =>
      tx.query<SqlCaller>(
        `SELECT role_name AS role, business_id AS "businessId", created_at AS "createdAt" FROM sql_callers
         ORDER BY role_name, business_id NULLS FIRST`,
      ),
    );
  }

  /** The role may have been dropped, and its rights with it. */
  private async revokeRights(tx: Transaction, role: string): Promise<void> {
    const name = await findQuoted(tx, role);
    if (name === null) return;
    await tx.query(`REVOKE EXECUTE ON FUNCTION ${SQL_FUNCTIONS.join(', ')} FROM ${name}`);
    await tx.query(`REVOKE USAGE ON SCHEMA tenantry FROM ${name}`);
  }
}

/** A role as an identifier in SQL; null: there is none. */
async function findQuoted(tx: Transaction, role: string): Promise<string | null> {
  const [row] = await tx.query<{ name: string }>(
    'SELECT quote_ident(rolname) AS name FROM pg_roles WHERE rolname = $1',
    [role],
  );
  return row?.name ?? null;
}

async function isKnown(tx: Transaction, businessId: string | null): Promise<boolean> {
  if (businessId === null) return true;
  return (await tx.query('SELECT FROM businesses WHERE id = $1', [businessId])).length > 0;
}
