import { Injectable } from '@nestjs/common';
import { STAFF_SESSION_HOURS } from '../../common/access/seats';
import { hoursBefore } from '../../common/clock';
import { canonicalEmail, comparedEmail } from '../../common/email';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { validateFields } from '../../platform/http/validation';
import { MailQueue } from '../../platform/mail/mail-queue';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { AuditService } from '../audit/audit.service';
import { invalidCredentials } from '../identity/identity.errors';
import { BY_PASSWORD } from '../identity/sessions.repository';
import { PasswordHasher, type Verdict } from '../identity/password-hasher';
import { NewPasswords } from '../identity/new-passwords';
import { secondFactorNotFound } from '../identity/second-factors/second-factors.errors';
import { SecondFactorsService } from '../identity/second-factors/second-factors.service';
import { SignInChallengesService } from '../identity/second-factors/sign-in-challenges.service';
import { SupportSessionsService } from '../support-sessions/support-sessions.service';
import { CreateStaffFields, StaffPasswordFields } from './create-staff.fields';
import type { StaffLoginRequest } from './dto/staff.requests';
import type { StaffAccount } from './staff-account.entity';
import type { StaffSession } from './staff-session.entity';
import { staffAccountNotFound } from './staff.errors';
import { StaffRepository } from './staff.repository';

const REASON = 'staff belong to no tenant';

export interface StaffSignedIn {
  account: Pick<StaffAccount, 'id' | 'email' | 'name'>;
  opened: { session: StaffSession; token: string };
}

/** Staff accounts, created and disabled by the CLI only, and their sessions. */
@Injectable()
export class StaffService {
  constructor(
    private readonly database: Database,
    private readonly staff: StaffRepository,
    private readonly support: SupportSessionsService,
    private readonly hasher: PasswordHasher,
    private readonly passwords: NewPasswords,
    private readonly mails: MailQueue,
    private readonly limiter: GuessLimiter,
    private readonly audit: AuditService,
    private readonly challenges: SignInChallengesService,
    private readonly factors: SecondFactorsService,
  ) {}

  /** @throws 409 email_taken, 422 validation_failed, 422 password_too_weak */
  async create(context: RequestContext, given: CreateStaffFields): Promise<StaffAccount> {
    const { email, name, password } = validateFields(CreateStaffFields, given);
    const passwordHash = await this.passwords.hash(password, { email, names: [name] });
    return this.database.platform(context, REASON, (tx) =>
      this.staff.insert(tx, { email, name, passwordHash }),
    );
  }

  list(context: RequestContext): Promise<StaffAccount[]> {
    return this.database.platform(context, REASON, (tx) => this.staff.list(tx));
  }

  /** Ends all sessions of the account at once, support sessions included. @throws 404 staff_account_not_found */
  disable(context: RequestContext, email: string): Promise<void> {
    return this.database.platform(context, REASON, async (tx) => {
      const { id } = await this.getByEmail(tx, email);
      await this.staff.disable(tx, id);
      await this.endAllSessions(tx, id);
    });
  }

  /** Ends all sessions of the account at once, and tells its owner by mail. @throws 404 staff_account_not_found, 422 */
  async resetPassword(
    context: RequestContext,
    email: string,
    given: StaffPasswordFields,
  ): Promise<void> {
    const { password } = validateFields(StaffPasswordFields, given);
    const { name } = await this.database.platform(context, REASON, (tx) =>
      this.getByEmail(tx, email),
    );
    const passwordHash = await this.passwords.hash(password, { email, names: [name] });
    const account = await this.database.platform(context, REASON, async (tx) => {
      const found = await this.getByEmail(tx, email);
      await this.staff.setPassword(tx, found.id, passwordHash);
      await this.mails.enqueue(tx, 'password-changed', found.id);
      await this.endAllSessions(tx, found.id);
      return found;
    });
    await this.limiter.forgive(context, 'staff_login', comparedEmail(account), null);
  }

  /** Ends the lock after failed logins from elsewhere; the password stays. @throws 404 staff_account_not_found */
  async unlock(context: RequestContext, email: string): Promise<void> {
    const account = await this.database.platform(context, REASON, (tx) =>
      this.getByEmail(tx, email),
    );
    await this.limiter.forgive(context, 'staff_login', comparedEmail(account), null);
  }

  /** @throws 401 invalid_credentials (unknown, wrong and disabled alike), mfa_required, 429 rate_limited */
  async login(
    context: RequestContext,
    { email, password }: StaffLoginRequest,
    userAgent: string | null,
  ): Promise<StaffSignedIn> {
    const found = await this.database.platform(context, REASON, (tx) =>
      this.staff.findByEmail(tx, email),
    );
    const guessedAt = found ? comparedEmail(found) : canonicalEmail(email);
    const { account, freshHash } = await this.limiter.attempt(
      context,
      'staff_login',
      guessedAt,
      () => this.check(found, password),
    );
    if (!account) return this.refuse(context, email, found?.id ?? null);
    const signingIn = context.with({
      actor: { kind: 'staff', id: account.id, email: account.email },
    });
    if (freshHash) await this.rehash(signingIn, account, freshHash);
    if (account.hasSecondFactor) throw await this.demandSecondStep(signingIn, account);
    const opened = await this.database.platform(signingIn, REASON, async (tx) => {
      if (!(await this.staff.lockUnchanged(tx, account))) throw invalidCredentials(); // reset or disabled meanwhile
      return this.staff.openSession(tx, account.id, userAgent, ['password']);
    });
    return { account, opened };
  }

  /** For staff who have lost theirs: effective at once; ends all sessions of the account, and tells its owner by mail. @throws 404 */
  resetFactor(context: RequestContext, email: string): Promise<void> {
    return this.database.platform(context, REASON, async (tx) => {
      const { id } = await this.getByEmail(tx, email);
      await this.staff.lock(tx, id);
      if (!(await this.factors.removeAll(tx, { kind: 'staff', id }))) throw secondFactorNotFound();
      await this.mails.enqueue(tx, 'second-factor-removed', id);
      await this.endAllSessions(tx, id);
    });
  }

  /** Ends the session of this request and the support sessions under it. */
  logout(context: RequestContext): Promise<void> {
    const id = context.staffSessionId!; // the guard admits only staff sessions
    return this.database.platform(context, REASON, async (tx) => {
      await this.staff.lockSession(tx, id);
      await this.support.endAllOfStaffSession(tx, id);
      await this.staff.endSession(tx, id);
    });
  }

  /** Deletes expired sessions. */
  async pruneSessions(tx: Transaction): Promise<void> {
    const before = hoursBefore(tx.now, STAFF_SESSION_HOURS);
    await this.staff.endSessionsBefore(tx, before);
  }

  /**
   * Ends all sessions of this account. Staff sessions first: opening a support session locks the staff session under
   * it, so the second statement finds it.
   */
  private async endAllSessions(tx: Transaction, staffId: string): Promise<void> {
    await this.staff.endAllSessions(tx, staffId);
    await this.support.endAllOfStaff(tx, staffId);
  }

  /** @returns the account, if the password is right and it is active */
  private async check(
    found: StaffAccount | null,
    password: string,
  ): Promise<Verdict & { account: StaffAccount | null }> {
    const active = found?.status === 'active' ? found : null;
    const verdict = await this.hasher.verify(password, active?.passwordHash ?? null);
    return { ...verdict, account: verdict.isRight ? active : null };
  }

  /** A row in the log of the installation, and the one answer for all reasons. */
  private async refuse(context: RequestContext, email: string, id: string | null): Promise<never> {
    const failing = context.with({
      action: 'staff_session.fail',
      actor: { kind: 'staff', id: null, email },
    });
    await this.database.platform(failing, REASON, (tx) =>
      this.audit.recordOfAccount(tx, [], { type: 'staff_account', id }),
    );
    throw invalidCredentials();
  }

  private demandSecondStep(
    context: RequestContext,
    { id, passwordVersion }: StaffAccount,
  ): Promise<Error> {
    const checked = { ...BY_PASSWORD, memberId: null, passwordVersion };
    return this.challenges.open(context, { kind: 'staff', id }, checked);
  }

  private async rehash(
    context: RequestContext,
    { id, passwordHash }: StaffAccount,
    freshHash: string,
  ): Promise<void> {
    await this.database.platform(context.with({ action: 'password.rehash' }), REASON, (tx) =>
      this.staff.rehash(tx, id, passwordHash, freshHash),
    );
  }

  private async getByEmail(tx: Transaction, email: string): Promise<StaffAccount> {
    const account = await this.staff.findByEmail(tx, email);
    if (!account) throw staffAccountNotFound();
    return account;
  }
}
