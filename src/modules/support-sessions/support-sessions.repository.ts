import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { newId } from '../../common/ids';
import { unauthenticated } from '../../common/problems';
import { createToken, hashToken } from '../../common/token';
import { violatedConstraint } from '../../platform/database/database-errors';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { SupportSession } from './support-session.entity';

export type NewSupportSession = Omit<
  SupportSession,
  'businessId' | 'id' | 'tokenHash' | 'startedAt' | 'endedAt'
>;

export type EndedSupportSession = Pick<SupportSession, 'businessId' | 'id' | 'expiresAt'>;

/** The only place that has the token. */
export interface OpenedSupportSession {
  session: SupportSession;
  token: string;
}

@Injectable()
export class SupportSessionsRepository {
  /** @throws 401 unauthenticated */
  async open(tx: Transaction, fields: NewSupportSession): Promise<OpenedSupportSession> {
    const token = createToken('support_session');
    const made = {
      businessId: tx.requireBusinessId(),
      id: newId(),
      tokenHash: hashToken(token),
      startedAt: tx.now,
      endedAt: null,
    };
    const session = { ...fields, ...made };
    try {
      await tx.repository(SupportSession).insert(session);
    } catch (error) {
      const isLoggedOut = violatedConstraint(error) === 'fk_support_sessions_staff_session'; // since the request began
      throw isLoggedOut ? unauthenticated() : error;
    }
    return { session, token };
  }

  /** A business's sessions, newest first; one more than `limit`. */
  list(tx: Transaction, page: ListQuery): Promise<SupportSession[]> {
    const query = tx
      .repository(SupportSession)
      .createQueryBuilder('session')
      .where('session.businessId = :businessId', { businessId: tx.requireBusinessId() });
    return newestFirst(query, 'startedAt', page);
  }

  findById(tx: Transaction, id: string): Promise<SupportSession | null> {
    return tx
      .repository(SupportSession)
      .findOneBy({ id, ...(tx.businessId && { businessId: tx.businessId }) });
  }

  /** Ends a session at once. Idempotent. */
  end(tx: Transaction, id: string): Promise<EndedSupportSession[]> {
    return this.endWhere(tx, 'id', id);
  }

  /** Ends the sessions in this business. */
  endAll(tx: Transaction): Promise<EndedSupportSession[]> {
    return this.endWhere(tx, 'business_id', tx.requireBusinessId());
  }

  /** Ends the sessions that a staff account opened. Platform scope. */
  endAllOfStaff(tx: Transaction, staffId: string): Promise<EndedSupportSession[]> {
    return this.endWhere(tx, 'staff_id', staffId);
  }

  /** Ends the sessions opened under a staff session. Platform scope. */
  endAllOfStaffSession(tx: Transaction, staffSessionId: string): Promise<EndedSupportSession[]> {
    return this.endWhere(tx, 'staff_session_id', staffSessionId);
  }

  private endWhere(
    tx: Transaction,
    column: 'id' | 'business_id' | 'staff_id' | 'staff_session_id',
    value: string,
  ): Promise<EndedSupportSession[]> {
    return tx.query<EndedSupportSession>(
      `UPDATE support_sessions SET ended_at = $1
       WHERE ${column} = $2 AND ended_at IS NULL AND ($3::uuid IS NULL OR business_id = $3)
       RETURNING business_id AS "businessId", id, expires_at AS "expiresAt"`,
      [tx.now, value, tx.businessId],
    );
  }
}
