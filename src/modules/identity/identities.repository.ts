import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import { violatedConstraint } from '../../platform/database/database-errors';
import type { Transaction } from '../../platform/database/transaction';
import { identityTaken } from './identity.errors';

/** An identity of a person, as they see it. */
export interface OwnIdentity {
  id: string;
  issuer: string;
  email: string;
  createdAt: Date;
  lastUsedAt: Date;
}

/** Whose identity it is, and where. */
export interface IdentityForMail {
  userId: string;
  issuer: string;
  email: string;
}

/** Platform scope: people belong to no tenant. */
@Injectable()
export class IdentitiesRepository {
  /** Whose it is; notes its use, to the hour. */
  async use(
    tx: Transaction,
    { issuer, subject }: { issuer: string; subject: string },
  ): Promise<string | null> {
    const [row] = await tx.query<{ userId: string; isStale: boolean }>(FIND, [
      issuer,
      subject,
      tx.now,
    ]);
    if (row?.isStale) await tx.execute(USED, [issuer, subject, tx.now]);
    return row?.userId ?? null;
  }

  /** @throws 409 identity_taken, also in a race */
  async link(
    tx: Transaction,
    userId: string,
    identity: { issuer: string; subject: string; email: string },
  ): Promise<OwnIdentity> {
    const { issuer, subject, email } = identity;
    const made = { id: newId(), issuer, email, createdAt: tx.now, lastUsedAt: tx.now };
    try {
      await tx.execute(INSERT, [made.id, userId, issuer, subject, email, tx.now]);
    } catch (error) {
      if (violatedConstraint(error) === 'uq_identities_issuer_subject') throw identityTaken();
      throw error;
    }
    return made;
  }

  /** Null: it is unlinked. */
  async findForMail(tx: Transaction, id: string): Promise<IdentityForMail | null> {
    const sql = 'SELECT user_id AS "userId", issuer, email FROM identities WHERE id = $1';
    const [found] = await tx.query<IdentityForMail>(sql, [id]);
    return found ?? null;
  }

  /** The latest linked first. */
  listOf(tx: Transaction, userId: string): Promise<OwnIdentity[]> {
    return tx.query<OwnIdentity>(LIST, [userId]);
  }

  /** @returns false where it is none of this person */
  async unlink(tx: Transaction, userId: string, id: string): Promise<boolean> {
    const sql = 'DELETE FROM identities WHERE user_id = $1 AND id = $2';
    return (await tx.execute(sql, [userId, id])) === 1;
  }
}

const FIND = `
  SELECT user_id AS "userId", last_used_at < $3::timestamptz - interval '1 hour' AS "isStale"
  FROM identities WHERE issuer = $1 AND subject = $2`;

const USED = 'UPDATE identities SET last_used_at = $3 WHERE issuer = $1 AND subject = $2';

const INSERT = `
  INSERT INTO identities (id, user_id, issuer, subject, email, created_at, last_used_at)
  VALUES ($1, $2, $3, $4, $5, $6, $6)`;

const LIST = `
  SELECT id, issuer, email, created_at AS "createdAt", last_used_at AS "lastUsedAt"
  FROM identities WHERE user_id = $1 ORDER BY created_at DESC, id DESC`;
