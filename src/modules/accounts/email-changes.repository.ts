import { Injectable } from '@nestjs/common';
import { canonicalEmail, comparedEmail } from '../../common/email';
import { newId } from '../../common/ids';
import { hashToken } from '../../common/token';
import { comparedColumn } from '../../platform/database/email-match';
import type { Transaction } from '../../platform/database/transaction';
import { OneTimeKeys, type KeyPurpose } from '../identity/one-time-keys';
import type { User } from '../identity/user.entity';

/** Whose mailbox a key was sent to. */
export type Mailbox = 'old' | 'new';

export interface EmailChange {
  id: string;
  userId: string;
  oldEmail: string;
  newEmail: string;
  expiresAt: Date;
  oldConfirmedAt: Date | null;
  newConfirmedAt: Date | null;
}

type MailedKey = Mailbox | 'undo';

const PURPOSE: Record<MailedKey, KeyPurpose> = {
  old: 'email_change_old',
  new: 'email_change_new',
  undo: 'email_change_undo',
};

/** What a mail about a change tells. */
export interface EmailChangeMail {
  oldEmail: string;
  newEmail: string;
  key: string;
}

/** Platform scope: people belong to no tenant. */
@Injectable()
export class EmailChangesRepository {
  constructor(private readonly keys: OneTimeKeys) {}

  /** In place of an earlier request. @returns the id for the mails */
  async insert(
    tx: Transaction,
    user: Pick<User, 'id' | 'email' | 'emailFolded' | 'emailKey'>,
    newEmail: string,
    expiresAt: Date,
  ): Promise<string> {
    await this.endOpen(tx, user.id);
    const id = newId();
    const { nonce } = this.keys.create(PURPOSE.old, id);
    const hashOf = (mailed: MailedKey) => hashToken(this.keys.derive(PURPOSE[mailed], id, nonce));
    const hashes = [hashOf('old'), hashOf('new'), hashOf('undo')];
    const addresses = [user.email, comparedEmail(user), newEmail, canonicalEmail(newEmail)];
    await tx.execute(INSERT, [id, user.id, ...addresses, nonce, ...hashes, tx.now, expiresAt]);
    return id;
  }

  async findOpen(tx: Transaction, userId: string): Promise<EmailChange | null> {
    const sql = `${SELECT} WHERE user_id = $1 AND ${IS_OPEN} AND expires_at > $2`;
    const [change] = await tx.query<EmailChange>(sql, [userId, tx.now]);
    return change ?? null;
  }

  /** The open change whose mail had this key, which was not used yet. */
  async findByKey(
    tx: Transaction,
    key: string,
  ): Promise<(EmailChange & { mailbox: Mailbox }) | null> {
    const [change] = await tx.query<EmailChange & { mailbox: Mailbox }>(BY_KEY, [
      hashToken(key),
      tx.now,
    ]);
    return change ?? null;
  }

  /** Uses the key of a mailbox up: of concurrent calls, one succeeds. @returns the change as it is then, or null */
  async confirm(tx: Transaction, id: string, mailbox: Mailbox): Promise<EmailChange | null> {
    const [change] = await tx.query<EmailChange>(CONFIRM[mailbox], [id, tx.now]);
    return change ?? null;
  }

  async finish(tx: Transaction, id: string, undoUntil: Date): Promise<void> {
    const sql = `UPDATE email_changes SET done_at = $2, undo_ends_at = $3 WHERE id = $1 AND ${IS_OPEN}`;
    await tx.execute(sql, [id, tx.now, undoUntil]);
  }

  /** A change that is done, whose old address may still undo it. */
  async findUndoable(tx: Transaction, key: string): Promise<EmailChange | null> {
    const sql = `${SELECT} WHERE undo_hash = $1 AND ${IS_KEPT} AND undo_ends_at > $2`;
    const [change] = await tx.query<EmailChange>(sql, [hashToken(key), tx.now]);
    return change ?? null;
  }

  /** Ends a change that is done, and all that came after it. @returns false where another call has */
  async undo(tx: Transaction, { id, userId }: EmailChange): Promise<boolean> {
    const ended = await tx.query<{ id: string }>(END_FROM, [userId, id, tx.now]);
    return ended.some((each) => each.id === id);
  }

  /** @returns false where there was none */
  async endOpen(tx: Transaction, userId: string): Promise<boolean> {
    const sql = `UPDATE email_changes SET ended_at = $2 WHERE user_id = $1 AND ${IS_OPEN}`;
    return (await tx.execute(sql, [userId, tx.now])) > 0;
  }

  /** Deletes those that can neither be confirmed nor undone any more: their old addresses are free. */
  async prune(tx: Transaction): Promise<void> {
    const sql = 'DELETE FROM email_changes WHERE coalesce(undo_ends_at, expires_at) < $1';
    await tx.execute(sql, [tx.now]);
  }

  /** With the key in clear; null where the mail is obsolete. */
  async findForMail(
    tx: Transaction,
    id: string,
    mailed: MailedKey,
  ): Promise<EmailChangeMail | null> {
    const [row] = await tx.query<EmailChangeMail & { nonce: Buffer }>(FOR_MAIL[mailed], [
      id,
      tx.now,
    ]);
    if (!row) return null;
    const { oldEmail, newEmail, nonce } = row;
    return { oldEmail, newEmail, key: this.keys.derive(PURPOSE[mailed], id, nonce) };
  }

  /** The addresses of a change, whatever became of it. */
  async findAddresses(
    tx: Transaction,
    id: string,
  ): Promise<Pick<EmailChange, 'oldEmail' | 'newEmail'> | null> {
    const [change] = await tx.query<EmailChange>(`${SELECT} WHERE id = $1`, [id]);
    return change ?? null;
  }
}

const IS_OPEN = 'done_at IS NULL AND ended_at IS NULL';
const IS_KEPT = 'done_at IS NOT NULL AND ended_at IS NULL';

const COLUMNS = `
  id, user_id AS "userId", old_email AS "oldEmail", new_email AS "newEmail", expires_at AS "expiresAt",
  old_confirmed_at AS "oldConfirmedAt", new_confirmed_at AS "newConfirmedAt"`;

const SELECT = `SELECT ${COLUMNS} FROM email_changes`;

const INSERT = `
  INSERT INTO email_changes
    (id, user_id, old_email, old_email_compared, new_email, new_email_compared, nonce, old_hash, new_hash,
     undo_hash, requested_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

const BY_KEY = `
  SELECT ${COLUMNS}, CASE WHEN old_hash = $1 THEN 'old' ELSE 'new' END AS mailbox FROM email_changes
  WHERE ((old_hash = $1 AND old_confirmed_at IS NULL) OR (new_hash = $1 AND new_confirmed_at IS NULL))
    AND ${IS_OPEN} AND expires_at > $2`;

const confirmedBy = (column: string): string => `
  UPDATE email_changes SET ${column} = $2
  WHERE id = $1 AND ${column} IS NULL AND ${IS_OPEN} AND expires_at > $2 RETURNING ${COLUMNS}`;

const CONFIRM = {
  old: confirmedBy('old_confirmed_at'),
  new: confirmedBy('new_confirmed_at'),
};

const END_FROM = `
  UPDATE email_changes SET ended_at = $3
  WHERE user_id = $1 AND ended_at IS NULL
    AND requested_at >= (SELECT requested_at FROM email_changes WHERE id = $2) RETURNING id`;

const MAILED = 'SELECT old_email AS "oldEmail", new_email AS "newEmail", nonce FROM email_changes';

/** The new address gets none where another person has it: who asked for the change is not told so. */
const IS_FREE = `NOT EXISTS (
  SELECT FROM users WHERE id <> user_id AND ${comparedColumn('users')} = new_email_compared)`;

const FOR_MAIL: Record<MailedKey, string> = {
  old: `${MAILED} WHERE id = $1 AND ${IS_OPEN} AND expires_at > $2 AND old_confirmed_at IS NULL`,
  new: `${MAILED} WHERE id = $1 AND ${IS_OPEN} AND expires_at > $2 AND new_confirmed_at IS NULL AND ${IS_FREE}`,
  undo: `${MAILED} WHERE id = $1 AND ${IS_KEPT} AND undo_ends_at > $2`,
};
