import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { foldEmail } from '../../common/email';
import { hashToken } from '../../common/token';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { Invitation } from './invitation.entity';

/** What the form that an invitation leads to shows. */
export interface InvitationDetails {
  businessName: string;
  businessStatus: 'active' | 'deactivated';
  invitedBy: string | null;
  hasAccount: boolean;
}

@Injectable()
export class InvitationsRepository {
  async insert(tx: Transaction, invitation: Omit<Invitation, 'emailFolded'>): Promise<void> {
    await tx.repository(Invitation).insert(invitation);
  }

  /** The open invitation of an address, if there is one, is dead. */
  async revokeOpen(tx: Transaction, email: string): Promise<void> {
    await tx.execute(
      `UPDATE invitations SET revoked_at = $3
       WHERE business_id = $1 AND email_folded = $2 AND accepted_at IS NULL AND revoked_at IS NULL`,
      [tx.requireBusinessId(), foldEmail(email), tx.now],
    );
  }

  list(tx: Transaction, page: ListQuery): Promise<Invitation[]> {
    const query = tx
      .repository(Invitation)
      .createQueryBuilder('invitation')
      .where('invitation.businessId = :businessId', { businessId: tx.requireBusinessId() });
    return newestFirst(query, 'createdAt', page);
  }

  lock(tx: Transaction, id: string): Promise<Invitation | null> {
    const where = { businessId: tx.requireBusinessId(), id };
    return tx.repository(Invitation).findOne({ where, lock: { mode: 'pessimistic_write' } });
  }

  /** Platform scope: whoever has the key need not belong to the business. */
  findByKey(tx: Transaction, key: string): Promise<Invitation | null> {
    return tx.repository(Invitation).findOneBy({ keyHash: hashToken(key) });
  }

  /** Platform scope. */
  findById(tx: Transaction, id: string): Promise<Invitation | null> {
    return tx.repository(Invitation).findOneBy({ id });
  }

  async update(
    tx: Transaction,
    id: string,
    changes: Partial<
      Pick<Invitation, 'nonce' | 'keyHash' | 'expiresAt' | 'acceptedAt' | 'revokedAt'>
    >,
  ): Promise<void> {
    await tx.repository(Invitation).update({ businessId: tx.requireBusinessId(), id }, changes);
  }

  /** Platform scope. */
  async readDetails(tx: Transaction, invitation: Invitation): Promise<InvitationDetails> {
    const { businessId, invitedById, emailFolded } = invitation;
    const [details] = await tx.query<InvitationDetails>(DETAILS, [
      businessId,
      invitedById,
      emailFolded,
    ]);
    if (!details) throw new Error('the business of an invitation is gone');
    return details;
  }
}

const DETAILS = `
  SELECT business.name AS "businessName", business.status AS "businessStatus",
         (SELECT person.full_name FROM members AS member JOIN users AS person ON person.id = member.user_id
          WHERE member.business_id = $1 AND member.id = $2) AS "invitedBy",
         EXISTS (SELECT FROM users WHERE email_folded = $3) AS "hasAccount"
  FROM businesses AS business WHERE business.id = $1`;
