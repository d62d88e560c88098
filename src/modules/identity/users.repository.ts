import { Injectable } from '@nestjs/common';
import { emailKeyOf, foldEmail } from '../../common/email';
import { newId } from '../../common/ids';
import { violatedConstraint } from '../../platform/database/database-errors';
import { emailForms, matchesEmail, nearestFirst } from '../../platform/database/email-match';
import type { Transaction } from '../../platform/database/transaction';
import { emailTaken } from './identity.errors';
import { User } from './user.entity';

export interface NewUser {
  email: string;
  fullName: string;
  passwordHash: string | null;
  emailVerifiedAt: Date | null;
}

@Injectable()
export class UsersRepository {
  /** Platform scope only: the person may belong to any tenant. */
  async findIdByEmail(tx: Transaction, email: string): Promise<string | null> {
    const [found] = await tx.query<{ id: string }>(ID_BY_EMAIL, emailForms(email));
    return found?.id ?? null;
  }

  async get(tx: Transaction, id: string): Promise<User> {
    return tx.repository(User).findOneByOrFail({ id });
  }

  /**
   * Locks a person until the transaction ends. Take this lock first: a transaction that locks a session has locked its
   * person.
   */
  async lock(tx: Transaction, id: string): Promise<void> {
    await tx.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [id]);
  }

  async update(
    tx: Transaction,
    id: string,
    changes: Partial<Pick<User, 'fullName' | 'emailVerifiedAt'>>,
  ): Promise<void> {
    await tx.repository(User).update({ id }, changes);
  }

  /**
   * Locks a person until the transaction ends: a new password waits, and then finds the session opened here.
   * @param passwordVersion of the password that was checked
   * @returns false when the password has changed
   */
  async lockUnchanged(
    tx: Transaction,
    { id, passwordVersion }: Pick<User, 'id' | 'passwordVersion'>,
  ): Promise<boolean> {
    const where = { id, passwordVersion };
    const lock = { mode: 'pessimistic_read' as const };
    return (await tx.repository(User).findOne({ where, lock })) !== null;
  }

  /**
   * Replaces the password that was checked. Platform scope.
   * @param passwordVersion of the password that was checked
   * @returns false when the password has changed
   */
  async changePassword(
    tx: Transaction,
    { id, passwordVersion }: Pick<User, 'id' | 'passwordVersion'>,
    passwordHash: string,
  ): Promise<boolean> {
    const changed = { passwordHash, passwordVersion: passwordVersion + 1 };
    const { affected } = await tx.repository(User).update({ id, passwordVersion }, changed);
    return affected === 1;
  }

  /** Sets a password unconditionally; the mailed key proves the address. Platform scope. */
  async resetPassword(tx: Transaction, id: string, passwordHash: string): Promise<void> {
    await tx.execute(
      `UPDATE users SET password_hash = $2, password_version = password_version + 1,
                        email_verified_at = coalesce(email_verified_at, $3) WHERE id = $1`,
      [id, passwordHash, tx.now],
    );
  }

  /** Stores a rehash of the same password, unless it has changed. Platform scope. */
  async rehash(
    tx: Transaction,
    id: string,
    passwordHash: string,
    freshHash: string,
  ): Promise<void> {
    await tx.repository(User).update({ id, passwordHash }, { passwordHash: freshHash });
  }

  /** A new address, which its mailbox has proven. Platform scope. @throws 409 email_taken, also in a race */
  async changeEmail(tx: Transaction, id: string, email: string): Promise<void> {
    const changes = { email, emailKey: emailKeyOf(email), emailVerifiedAt: tx.now };
    await refusingTaken(tx.repository(User).update({ id }, changes));
  }

  /** @throws 409 email_taken, also in a race */
  async insert(tx: Transaction, fields: NewUser): Promise<User> {
    const made = { id: newId(), passwordVersion: 0, hasSecondFactor: false, createdAt: tx.now };
    const user = { ...fields, ...made, emailKey: emailKeyOf(fields.email) };
    await refusingTaken(tx.repository(User).insert(user));
    return { ...user, emailFolded: foldEmail(user.email) };
  }
}

async function refusingTaken(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (UNIQUE_EMAILS.includes(violatedConstraint(error) ?? '')) throw emailTaken();
    throw error;
  }
}

const UNIQUE_EMAILS = ['uq_users_email_folded', 'uq_users_email_key'];

const ID_BY_EMAIL = `SELECT id FROM users WHERE ${matchesEmail('users', 1)} ${nearestFirst('users', 1)}`;
