import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import { createToken, hashToken } from '../../common/token';
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

  /** Deletes sessions that nobody can use any more. @returns how many */
  prune(tx: Transaction, unusedSince: Date, createdBefore: Date): Promise<number> {
    return tx.execute('DELETE FROM sessions WHERE last_used_at < $1 OR created_at < $2', [
      unusedSince,
      createdBefore,
    ]);
  }
}
