import { Injectable } from '@nestjs/common';
import { isId, PLATFORM_ID } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import type { Transaction } from '../../platform/database/transaction';
import type { AuditEntry } from './audit-entry';
import type { ListAuditLogQuery } from './dto/audit-log';

/** Whose account it is about; without an id, an unknown one. */
export interface AccountTarget {
  type: 'user' | 'staff_account';
  id: string | null;
}

/** The log. Nearly all of it is written by the triggers of the audited tables. */
@Injectable()
export class AuditRepository {
  /** The log of one business (all zeros: of the installation itself), newest first; one more than `limit`. */
  list(tx: Transaction, businessId: string, query: ListAuditLogQuery): Promise<AuditEntry[]> {
    const { limit, cursor, action = null, actorId = null, from = null, to = null } = query;
    const [at, id] = decodeCursor(cursor, [isInstantText, isId]) ?? [null, null];
    const actor = actorId?.toLowerCase() ?? null; // the log holds ids as text
    return tx.query<AuditEntry>(LIST, [
      businessId,
      action,
      actor,
      toInstant(from),
      toInstant(to),
      at,
      id,
      limit + 1,
    ]);
  }

  /** A row in the log of each of these. */
  async recordOfAccount(
    tx: Transaction,
    businessIds: string[],
    target: AccountTarget,
  ): Promise<void> {
    const { kind, id, email } = tx.actor;
    await tx.query(RECORD_OF_ACCOUNT, [
      businessIds,
      tx.now,
      tx.action,
      JSON.stringify({ kind, id, email }),
      target.type,
      target.id,
      tx.requestId,
      tx.ip,
    ]);
  }

  async recordJobRetry(tx: Transaction, job: { id: string; tries: number }): Promise<void> {
    const { kind, id, email } = tx.actor;
    await tx.query(RECORD_JOB_RETRY, [
      PLATFORM_ID,
      tx.now,
      tx.action,
      JSON.stringify({ kind, id, email }),
      job.id,
      JSON.stringify({ tries: [job.tries, 0] }),
      tx.requestId,
      tx.ip,
    ]);
  }
}

/** ISO 8601 allows more offsets than PostgreSQL. */
function toInstant(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}

const LIST = `
  SELECT id, business_id AS "businessId", at, action, actor, on_behalf_of AS "onBehalfOf", target_type AS "targetType",
         target_id AS "targetId", changes, request_id AS "requestId", support_session_id AS "supportSessionId", ip
  FROM audit_log
  WHERE business_id = $1
    AND ($2::text IS NULL OR action = $2)
    AND ($3::text IS NULL OR actor ->> 'id' = $3)
    AND ($4::timestamptz IS NULL OR at >= $4)
    AND ($5::timestamptz IS NULL OR at < $5)
    AND ($6::timestamptz IS NULL OR (at, id) < ($6, $7::uuid))
  ORDER BY at DESC, id DESC LIMIT $8`;

const RECORD_OF_ACCOUNT = `
  INSERT INTO audit_log (business_id, id, at, action, actor, target_type, target_id, changes, request_id, ip)
  SELECT business_id, uuid_v7(), $2, $3, $4::jsonb, $5, $6, '{}', $7, $8 FROM unnest($1::uuid[]) AS business_id`;

const RECORD_JOB_RETRY = `
  INSERT INTO audit_log (business_id, id, at, action, actor, target_type, target_id, changes, request_id, ip)
  VALUES ($1, uuid_v7(), $2, $3, $4, 'job', $5, $6, $7, $8)`;
