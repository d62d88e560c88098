import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import type { ListQuery } from '../../common/dto/list.query';
import { newId } from '../../common/ids';
import { createToken, hashToken } from '../../common/token';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { Session } from './session.entity';

export interface SessionOwner {
  businessId: string;
  memberId: string;
  userId: string;
  userAgent: string | null;
}

@Injectable()
export class SessionsRepository {
  /** Opens a session. The token is in the result and nowhere else. */
  async open(tx: Transaction, owner: SessionOwner): Promise<{ session: Session; token: string }> {
    const token = createToken('session');
    const session = {
      ...owner,
      id: newId(),
      tokenHash: hashToken(token),
      ip: tx.ip,
      createdAt: tx.now,
      lastUsedAt: tx.now,
    };
    await tx.repository(Session).insert(session);
    return { session, token };
  }

  async end(tx: Transaction, id: string): Promise<void> {
    await tx.repository(Session).delete({ businessId: tx.requireBusinessId(), id });
  }

  /** A person's living sessions in all businesses, newest first; one more than `limit`. Platform scope. */
  listOf(
    tx: Transaction,
    userId: string,
    usedAfter: Date,
    createdAfter: Date,
    page: ListQuery,
  ): Promise<Session[]> {
    const query = tx
      .repository(Session)
      .createQueryBuilder('session')
      .where(
        'session.userId = :userId AND session.lastUsedAt > :usedAfter AND session.createdAt > :createdAfter',
        { userId, usedAfter, createdAfter },
      );
    return newestFirst(query, 'createdAt', page);
  }

  /** Ends one of a person's sessions, wherever it is. Platform scope. @returns false when there is no such session */
  async endOf(tx: Transaction, userId: string, id: string): Promise<boolean> {
    const { affected } = await tx.repository(Session).delete({ userId, id });
    return affected === 1;
  }

  /** Ends all sessions of a person, but for one. Platform scope. */
  async endAllOf(tx: Transaction, userId: string, exceptId: string | null): Promise<void> {
    await tx.repository(Session).delete({ userId, ...(exceptId && { id: Not(exceptId) }) });
  }

  /** Ends a member's sessions in this business. */
  async endOfMember(tx: Transaction, memberId: string): Promise<void> {
    await tx.repository(Session).delete({ businessId: tx.requireBusinessId(), memberId });
  }

  /** Deletes sessions that nobody can use any more. @returns how many */
  prune(tx: Transaction, unusedSince: Date, createdBefore: Date): Promise<number> {
    return tx.execute('DELETE FROM sessions WHERE last_used_at < $1 OR created_at < $2', [
      unusedSince,
      createdBefore,
    ]);
  }
}
