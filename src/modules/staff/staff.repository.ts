import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import type { SignInMethod } from '../../common/access/sign-in-methods';
import { emailKeyOf, foldEmail } from '../../common/email';
import { newId } from '../../common/ids';
import { createToken, hashToken } from '../../common/token';
import { violatedConstraint } from '../../platform/database/database-errors';
import { emailForms, matchesEmail, nearestFirst } from '../../platform/database/email-match';
import type { Transaction } from '../../platform/database/transaction';
import { emailTaken } from '../identity/identity.errors';
import { StaffAccount } from './staff-account.entity';
import { StaffSession } from './staff-session.entity';

/** Platform scope: staff belong to no tenant, and no tenant sees them. */
@Injectable()
export class StaffRepository {
  /** @throws 409 email_taken */
  async insert(
    tx: Transaction,
    fields: Pick<StaffAccount, 'email' | 'name' | 'passwordHash'>,
  ): Promise<StaffAccount> {
    const made = { id: newId(), passwordVersion: 0, hasSecondFactor: false, createdAt: tx.now };
    const emailKey = emailKeyOf(fields.email);
    const account = { ...fields, ...made, emailKey, status: 'active' as const };
    try {
      await tx.repository(StaffAccount).insert(account);
    } catch (error) {
      if (UNIQUE_EMAILS.includes(violatedConstraint(error) ?? '')) throw emailTaken();
      throw error;
    }
    return { ...account, emailFolded: foldEmail(account.email) };
  }

  list(tx: Transaction): Promise<StaffAccount[]> {
    return tx.repository(StaffAccount).find({ order: { createdAt: 'ASC', id: 'ASC' } });
  }

  async findByEmail(tx: Transaction, email: string): Promise<StaffAccount | null> {
    const [found] = await tx.query<{ id: string }>(ID_BY_EMAIL, emailForms(email));
    return found ? tx.repository(StaffAccount).findOneBy({ id: found.id }) : null;
  }

  /**
   * Whether the account is active and its password unchanged since it was checked; locks it until the end of the
   * transaction.
   */
  async lockUnchanged(
    tx: Transaction,
    { id, passwordVersion }: Pick<StaffAccount, 'id' | 'passwordVersion'>,
  ): Promise<boolean> {
    const where = { id, passwordVersion, status: 'active' as const };
    const lock = { mode: 'pessimistic_read' as const };
    return (await tx.repository(StaffAccount).findOne({ where, lock })) !== null;
  }

  async disable(tx: Transaction, id: string): Promise<void> {
    await tx.repository(StaffAccount).update({ id }, { status: 'disabled' });
  }

  async setPassword(tx: Transaction, id: string, passwordHash: string): Promise<void> {
    await tx.execute(
      'UPDATE staff_accounts SET password_hash = $2, password_version = password_version + 1 WHERE id = $1',
      [id, passwordHash],
    );
  }

  /** Stores a rehash of the same password, unless it has changed. */
  async rehash(
    tx: Transaction,
    id: string,
    passwordHash: string,
    freshHash: string,
  ): Promise<void> {
    await tx.repository(StaffAccount).update({ id, passwordHash }, { passwordHash: freshHash });
  }

  /** Opens a session. Only the result contains the token. */
  async openSession(
    tx: Transaction,
    staffId: string,
    userAgent: string | null,
    signedInWith: SignInMethod[],
  ): Promise<{ session: StaffSession; token: string }> {
    const token = createToken('staff_session');
    const session = {
      id: newId(),
      staffId,
      tokenHash: hashToken(token),
      ip: tx.ip,
      userAgent,
      createdAt: tx.now,
      signedInWith,
      provenAt: null,
    };
    await tx.repository(StaffSession).insert(session);
    return { session, token };
  }

  get(tx: Transaction, id: string): Promise<StaffAccount> {
    return tx.repository(StaffAccount).findOneByOrFail({ id });
  }

  /** Locks an account until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<void> {
    await tx.query('SELECT FROM staff_accounts WHERE id = $1 FOR UPDATE', [id]);
  }

  /**
   * Locks the session of this request until the transaction ends.
   * @returns false when it has ended meanwhile
   */
  async lockOwnSession(tx: Transaction): Promise<boolean> {
    const sql = 'SELECT FROM staff_sessions WHERE id = $1 FOR KEY SHARE';
    return (await tx.query(sql, [tx.staffSessionId])).length === 1;
  }

  /** The owner of this request's session has proven who they are. */
  async markProven(tx: Transaction): Promise<void> {
    const sql = 'UPDATE staff_sessions SET proven_at = $2 WHERE id = $1';
    await tx.execute(sql, [tx.staffSessionId, tx.now]);
  }

  /** Waits for a support session that is being opened under this one. */
  async lockSession(tx: Transaction, id: string): Promise<void> {
    await tx.query('SELECT FROM staff_sessions WHERE id = $1 FOR UPDATE', [id]);
  }

  async endSession(tx: Transaction, id: string): Promise<void> {
    await tx.repository(StaffSession).delete({ id });
  }

  async endAllSessions(
    tx: Transaction,
    staffId: string,
    exceptId: string | null = null,
  ): Promise<void> {
    const others = exceptId ? { id: Not(exceptId) } : {};
    await tx.repository(StaffSession).delete({ staffId, ...others });
  }

  async endSessionsBefore(tx: Transaction, before: Date): Promise<void> {
    await tx.execute('DELETE FROM staff_sessions WHERE created_at < $1', [before]);
  }
}

const UNIQUE_EMAILS = ['uq_staff_accounts_email_folded', 'uq_staff_accounts_email_key'];

const ID_BY_EMAIL = `
  SELECT id FROM staff_accounts WHERE ${matchesEmail('staff_accounts', 1)} ${nearestFirst('staff_accounts', 1)}`;
