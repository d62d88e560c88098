import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
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
  async end(tx: Transaction, id: string): Promise<void> {
    await tx
      .repository(SupportSession)
      .update(
        { id, endedAt: IsNull(), ...(tx.businessId && { businessId: tx.businessId }) },
        { endedAt: tx.now },
      );
  }

  /** Ends the sessions in this business. */
  async endAll(tx: Transaction): Promise<void> {
    await tx
      .repository(SupportSession)
      .update({ businessId: tx.requireBusinessId(), endedAt: IsNull() }, { endedAt: tx.now });
  }

  /** Ends the sessions that a staff account opened. Platform scope. */
  async endAllOfStaff(tx: Transaction, staffId: string): Promise<void> {
    await tx.repository(SupportSession).update({ staffId, endedAt: IsNull() }, { endedAt: tx.now });
  }

  /** Ends the sessions opened under a staff session. Platform scope. */
  async endAllOfStaffSession(tx: Transaction, staffSessionId: string): Promise<void> {
    await tx
      .repository(SupportSession)
      .update({ staffSessionId, endedAt: IsNull() }, { endedAt: tx.now });
  }
}
