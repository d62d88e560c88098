import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { hashToken } from '../../common/token';
import { comparedColumn, emailForms, matchesEmail } from '../../platform/database/email-match';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { Invitation } from './invitation.entity';
import type { InvitationData } from './team-members.events';

/** The details that the sign-up form shows. */
export interface InvitationDetails {
  businessName: string;
  businessStatus: 'active' | 'deactivated';
  invitedBy: string | null;
  hasAccount: boolean;
}

export type ExpiredInvitation = InvitationData & { businessId: string };

@Injectable()
export class InvitationsRepository {
  async insert(tx: Transaction, invitation: Omit<Invitation, 'emailFolded'>): Promise<void> {
    await tx.repository(Invitation).insert(invitation);
  }

  /** Revokes the open invitation of an address, if there is one. */
  revokeOpen(tx: Transaction, email: string): Promise<InvitationData[]> {
    return tx.query<InvitationData>(
      `UPDATE invitations SET revoked_at = $2
       WHERE business_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND ${matchesEmail('invitations', 3)}
       RETURNING id AS "invitationId", role`,
      [tx.requireBusinessId(), tx.now, ...emailForms(email)],
    );
  }

  /** Revokes the open invitations that a member may no longer give: all of them, or those for an owner. */
  revokeOf(tx: Transaction, inviterId: string, which: 'all' | 'owners'): Promise<InvitationData[]> {
    return tx.query<InvitationData>(REVOKE_OF, [
      tx.requireBusinessId(),
      inviterId,
      which === 'all',
      tx.now,
    ]);
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

  /** Platform scope: the holder of the key need not belong to the business. */
  findByKey(tx: Transaction, key: string): Promise<Invitation | null> {
    return tx.repository(Invitation).findOneBy({ keyHash: hashToken(key) });
  }

  /** The one of an address that can be accepted, in this business. */
  async findOpen(tx: Transaction, email: string): Promise<Invitation | null> {
    const found = await tx.query<{ id: string }>(FIND_OPEN, [
      tx.requireBusinessId(),
      tx.now,
      ...emailForms(email),
    ]);
    return found[0] ? this.findById(tx, found[0].id) : null;
  }

  /** Platform scope. */
  findById(tx: Transaction, id: string): Promise<Invitation | null> {
    return tx.repository(Invitation).findOneBy({ id });
  }

  async update(
    tx: Transaction,
    id: string,
    changes: Partial<
      Pick<
        Invitation,
        | 'nonce'
        | 'keyHash'
        | 'expiresAt'
        | 'acceptedAt'
        | 'revokedAt'
        | 'invitedById'
        | 'expiryRaisedAt'
      >
    >,
  ): Promise<void> {
    await tx.repository(Invitation).update({ businessId: tx.requireBusinessId(), id }, changes);
  }

  /** Marks those that have expired, each once. Platform scope. */
  claimExpired(tx: Transaction, limit: number): Promise<ExpiredInvitation[]> {
    return tx.query<ExpiredInvitation>(CLAIM_EXPIRED, [tx.now, limit]);
  }

  /** Days of 24 hours. */
  async shift(tx: Transaction, days: number): Promise<void> {
    await tx.execute(SHIFT, [tx.requireBusinessId(), days]);
  }

  /** Platform scope. */
  async readDetails(tx: Transaction, invitation: Invitation): Promise<InvitationDetails> {
    const { businessId, invitedById, email } = invitation;
    const parameters = [businessId, invitedById, ...emailForms(email)];
    const [details] = await tx.query<InvitationDetails>(DETAILS, parameters);
    if (!details) throw new Error('the business of an invitation is gone');
    return details;
  }
}

// Of those that expired long before there was a log, nothing is told.
const CLAIM_EXPIRED = `
  UPDATE invitations SET expiry_raised_at = $1
  WHERE (business_id, id) IN (
    SELECT business_id, id FROM invitations
    WHERE accepted_at IS NULL AND revoked_at IS NULL AND expiry_raised_at IS NULL
      AND expires_at <= $1 AND expires_at > $1::timestamptz - interval '7 days'
    ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING business_id AS "businessId", id AS "invitationId", role`;

const FIND_OPEN = `
  SELECT id FROM invitations
  WHERE business_id = $1 AND expires_at > $2 AND accepted_at IS NULL AND revoked_at IS NULL
    AND ${matchesEmail('invitations', 3)}`;

const BY_DAYS = `$2::integer * interval '24 hours'`;

const SHIFT = `
  UPDATE invitations
  SET created_at = created_at - ${BY_DAYS}, expires_at = expires_at - ${BY_DAYS},
      accepted_at = accepted_at - ${BY_DAYS}, revoked_at = revoked_at - ${BY_DAYS}
  WHERE business_id = $1`;

/** Reactivating a deactivated owner with another role takes an owner, too. */
const REVOKE_OF = `
  UPDATE invitations SET revoked_at = $4
  WHERE business_id = $1 AND invited_by_id = $2 AND accepted_at IS NULL AND revoked_at IS NULL
    AND ($3 OR role = 'owner' OR EXISTS (
      SELECT FROM members JOIN users ON users.id = members.user_id
      WHERE members.business_id = $1 AND members.role = 'owner'
        AND (users.email_folded = invitations.email_folded
          OR ${comparedColumn('users')} = ${comparedColumn('invitations')})))
  RETURNING id AS "invitationId", role`;

const DETAILS = `
  SELECT business.name AS "businessName", business.status AS "businessStatus",
         (SELECT person.full_name FROM members AS member JOIN users AS person ON person.id = member.user_id
          WHERE member.business_id = $1 AND member.id = $2) AS "invitedBy",
         EXISTS (SELECT FROM users WHERE ${matchesEmail('users', 3)}) AS "hasAccount"
  FROM businesses AS business WHERE business.id = $1`;
