import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transaction';
import { columnsOf, type FactorOwner } from '../second-factors/factor-owner';

/** A passkey as its owner sees it. */
export interface ListedPasskey {
  id: string;
  name: string;
  isSynced: boolean;
  createdAt: Date;
  lastUsedAt: Date | null;
}

export interface Passkey extends ListedPasskey {
  ownerId: string;
  credentialId: Buffer;
  publicKey: Buffer;
  /** bigint. */
  counter: string;
  transports: string[];
}

/** Who gets a mail about what logs in. */
export interface MailedOwner {
  email: string;
  kind: FactorOwner['kind'];
}

export type NewPasskey = Omit<Passkey, 'ownerId' | 'counter' | 'lastUsedAt'> & { counter: number };

/** Platform scope: people and staff belong to no tenant. */
@Injectable()
export class PasskeysRepository {
  /** @throws a violation of uq_passkeys_credential_id */
  async insert(tx: Transaction, owner: FactorOwner, passkey: NewPasskey): Promise<void> {
    const { id, credentialId, publicKey, counter, transports, isSynced, name, createdAt } = passkey;
    const made = [id, credentialId, publicKey, counter, transports, isSynced, name, createdAt];
    await tx.execute(INSERT, [...columnsOf(owner), ...made]);
  }

  /** The oldest first. */
  list(tx: Transaction, { id }: FactorOwner): Promise<Passkey[]> {
    return tx.query<Passkey>(`${SELECT} WHERE owner_id = $1 ORDER BY created_at, id`, [id]);
  }

  async findByCredential(
    tx: Transaction,
    kind: FactorOwner['kind'],
    credentialId: Buffer,
  ): Promise<Passkey | null> {
    const [passkey] = await tx.query<Passkey>(BY_CREDENTIAL[kind], [credentialId]);
    return passkey ?? null;
  }

  /** @returns false where the counter has not grown meanwhile; both are 0: there is none */
  async use(tx: Transaction, id: string, counter: number): Promise<boolean> {
    return (await tx.execute(USE, [id, counter, tx.now])) === 1;
  }

  /** @returns false where there is none */
  async rename(tx: Transaction, owner: FactorOwner, id: string, name: string): Promise<boolean> {
    const sql = 'UPDATE passkeys SET name = $3 WHERE owner_id = $1 AND id = $2';
    return (await tx.execute(sql, [owner.id, id, name])) === 1;
  }

  /** @returns false where there was none */
  async remove(tx: Transaction, owner: FactorOwner, id: string): Promise<boolean> {
    const sql = 'DELETE FROM passkeys WHERE owner_id = $1 AND id = $2';
    return (await tx.execute(sql, [owner.id, id])) === 1;
  }

  /** @returns how many */
  removeAll(tx: Transaction, { id }: FactorOwner): Promise<number> {
    return tx.execute('DELETE FROM passkeys WHERE owner_id = $1', [id]);
  }

  /** For the mail; null: it is gone. */
  async findForMail(tx: Transaction, id: string): Promise<(MailedOwner & { name: string }) | null> {
    const [found] = await tx.query<MailedOwner & { name: string }>(FOR_MAIL, [id]);
    return found ?? null;
  }

  /** A person or staff; null: the account is gone. */
  async findOwner(tx: Transaction, ownerId: string): Promise<MailedOwner | null> {
    const [found] = await tx.query<MailedOwner>(OWNER, [ownerId]);
    return found ?? null;
  }
}

const INSERT = `
  INSERT INTO passkeys (user_id, staff_id, id, credential_id, public_key, counter, transports, is_synced, name, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

const SELECT = `
  SELECT id, owner_id AS "ownerId", credential_id AS "credentialId", public_key AS "publicKey", counter, transports,
         is_synced AS "isSynced", name, created_at AS "createdAt", last_used_at AS "lastUsedAt"
  FROM passkeys`;

const BY_CREDENTIAL = {
  user: `${SELECT} WHERE credential_id = $1 AND user_id IS NOT NULL`,
  staff: `${SELECT} WHERE credential_id = $1 AND staff_id IS NOT NULL`,
};

const USE = `
  UPDATE passkeys SET counter = $2, last_used_at = $3
  WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))`;

const OWNER = `
  SELECT email, 'user' AS kind FROM users WHERE id = $1
  UNION ALL SELECT email, 'staff' FROM staff_accounts WHERE id = $1`;

const FOR_MAIL = `
  SELECT passkey.name, coalesce(person.email, staff.email) AS email,
         CASE WHEN passkey.user_id IS NULL THEN 'staff' ELSE 'user' END AS kind
  FROM passkeys AS passkey
  LEFT JOIN users AS person ON person.id = passkey.user_id
  LEFT JOIN staff_accounts AS staff ON staff.id = passkey.staff_id
  WHERE passkey.id = $1`;
