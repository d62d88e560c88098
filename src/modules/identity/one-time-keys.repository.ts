import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import { hashToken } from '../../common/token';
import type { Transaction } from '../../platform/database/transaction';
import { OneTimeKeys } from './one-time-keys';

export type UserKeyPurpose = 'password_reset' | 'email_verification';

const LIFETIME_MS: Record<UserKeyPurpose, number> = {
  password_reset: 3_600_000,
  email_verification: 3 * 86_400_000,
};

/** Keys that prove access to a mailbox. Platform scope: they belong to no tenant. */
@Injectable()
export class OneTimeKeysRepository {
  constructor(private readonly keys: OneTimeKeys) {}

  /** Makes a key for a person; invalidates an earlier one for the same purpose. @returns the id for the mail */
  async issue(tx: Transaction, userId: string, purpose: UserKeyPurpose): Promise<string> {
    const id = newId();
    const { nonce, keyHash } = this.keys.create(purpose, id);
    const expiresAt = new Date(tx.now.getTime() + LIFETIME_MS[purpose]);
    await tx.query(ISSUE, [userId, purpose, id, nonce, keyHash, tx.now, expiresAt]);
    return id;
  }

  /** The owner of a valid key; does not use it up. */
  async findOwner(tx: Transaction, key: string, purpose: UserKeyPurpose): Promise<string | null> {
    const sql =
      'SELECT user_id FROM one_time_keys WHERE key_hash = $1 AND purpose = $2 AND expires_at > $3';
    const [row] = await tx.query<{ user_id: string }>(sql, [hashToken(key), purpose, tx.now]);
    return row?.user_id ?? null;
  }

  /** Uses a key up: of concurrent calls, one gets the person, the others null. */
  async consume(tx: Transaction, key: string, purpose: UserKeyPurpose): Promise<string | null> {
    const sql =
      'DELETE FROM one_time_keys WHERE key_hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING user_id';
    const [row] = await tx.query<{ user_id: string }>(sql, [hashToken(key), purpose, tx.now]);
    return row?.user_id ?? null;
  }

  /** Invalidates a person's key of a purpose, if there is one. */
  async revoke(tx: Transaction, userId: string, purpose: UserKeyPurpose): Promise<void> {
    await tx.execute('DELETE FROM one_time_keys WHERE user_id = $1 AND purpose = $2', [
      userId,
      purpose,
    ]);
  }

  /** Deletes expired keys. */
  async prune(tx: Transaction): Promise<void> {
    await tx.execute('DELETE FROM one_time_keys WHERE expires_at < $1', [tx.now]);
  }

  /** For the mail: the key of this id in clear with its owner's address, or null when it is no longer valid. */
  async findForMail(
    tx: Transaction,
    id: string,
    purpose: UserKeyPurpose,
  ): Promise<{ email: string; key: string } | null> {
    const [row] = await tx.query<{ email: string; nonce: Buffer }>(FIND_FOR_MAIL, [
      id,
      purpose,
      tx.now,
    ]);
    return row ? { email: row.email, key: this.keys.derive(purpose, id, row.nonce) } : null;
  }
}

const ISSUE = `
  INSERT INTO one_time_keys (user_id, purpose, id, nonce, key_hash, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (user_id, purpose) DO UPDATE
  SET id = excluded.id, nonce = excluded.nonce, key_hash = excluded.key_hash,
      created_at = excluded.created_at, expires_at = excluded.expires_at`;

const FIND_FOR_MAIL = `
  SELECT users.email, keys.nonce FROM one_time_keys AS keys JOIN users ON users.id = keys.user_id
  WHERE keys.id = $1 AND keys.purpose = $2 AND keys.expires_at > $3`;
