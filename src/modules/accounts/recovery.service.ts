import { Injectable } from '@nestjs/common';
import { canonicalEmail, comparedEmail } from '../../common/email';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';
import { JobHandler } from '../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../platform/queue/job-queue';
import { DailyLimiter } from '../../platform/rate-limit/daily-limiter';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { Idempotency } from '../../platform/http/idempotency/idempotency';
import { resetTokenInvalid, verificationTokenInvalid } from '../identity/identity.errors';
import { OneTimeKeysRepository } from '../identity/one-time-keys.repository';
import { NewPasswords } from '../identity/new-passwords';
import { SessionsRepository } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { AccountsRepository } from './accounts.repository';
import { EmailChangesRepository } from './email-changes.repository';
import type { ResetPasswordRequest } from './dto/account.requests';

const FORGOT = 'password.forgot';

/** Account recovery: a new password by mail, and the verification of an address. */
@Injectable()
export class RecoveryService {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly queue: JobQueue,
    private readonly mails: MailQueue,
    private readonly keys: OneTimeKeysRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly passwords: NewPasswords,
    private readonly accounts: AccountsRepository,
    private readonly emailChanges: EmailChangesRepository,
    private readonly limiter: GuessLimiter,
    private readonly daily: DailyLimiter,
  ) {}

  /** Answers before the address is looked up: the same bytes in the same time, known or not. */
  async forgot(context: RequestContext, email: string): Promise<void> {
    await this.limiter.count(context, 'password_forgot', null, context.ip);
    await this.idempotency.run(context, (tx) => this.queue.enqueue(tx, FORGOT, { email }));
  }

  /**
   * Mails the link to the stored address, if there is one. Only the newest link works. Past the limit no mail is sent,
   * and the answer stays the same: the caller may not own the address.
   */
  @JobHandler(FORGOT, 'awaited')
  async mailReset(context: RequestContext, { email }: { email: string }): Promise<void> {
    const mayGoOn = await this.limiter.mayGoOn(context, 'password_mail', canonicalEmail(email));
    if (!mayGoOn) return;
    await this.database.platform(context, 'people belong to no tenant', async (tx) => {
      const userId = await this.users.findIdByEmail(tx, email);
      if (userId) await this.askToReset(tx, userId);
    });
  }

  /**
   * Sets a new password, ends every session of the person, and marks the address as verified, since the key was mailed
   * there. Tells the person by another mail.
   * @throws 410 reset_token_invalid (of concurrent calls, one wins), 422 password_too_weak (the key stays valid)
   */
  async reset(context: RequestContext, { token, password }: ResetPasswordRequest): Promise<void> {
    await this.limiter.count(context, 'one_time_key', null, context.ip);
    const user = await this.database.platform(context, 'people belong to no tenant', (tx) =>
      this.getKeyOwner(tx, token),
    );
    const passwordHash = await this.passwords.hash(password, user); // slow: between the transactions
    await this.idempotency.runOnPlatform(context, 'people belong to no tenant', async (tx) => {
      const userId = await this.keys.consume(tx, token, 'password_reset');
      if (!userId) throw resetTokenInvalid();
      await this.users.resetPassword(tx, userId, passwordHash);
      await this.mails.enqueue(tx, 'password-changed', userId);
      await this.sessions.endAllOf(tx, userId, null);
      await this.emailChanges.endOpen(tx, userId); // another person may have asked for it
    });
    await this.limiter.forgive(context, 'login', user.account, null);
    await this.limiter.forgive(context, 'password_change', user.account, null);
    await this.limiter.forgive(context, 'one_time_key', null, context.ip);
  }

  /** @throws 410 verification_token_invalid */
  async verifyEmail(context: RequestContext, token: string): Promise<void> {
    await this.limiter.count(context, 'one_time_key', null, context.ip);
    await this.idempotency.runOnPlatform(context, 'people belong to no tenant', async (tx) => {
      const userId = await this.keys.consume(tx, token, 'email_verification');
      if (!userId) throw verificationTokenInvalid();
      await this.users.update(tx, userId, { emailVerifiedAt: tx.now });
    });
    await this.limiter.forgive(context, 'one_time_key', null, context.ip);
  }

  /** Mails a new link, unless the address is verified. @throws 429 rate_limited */
  resendVerification(context: RequestContext): Promise<void> {
    return this.database.platform(context, 'people belong to no tenant', async (tx) => {
      const user = await this.users.get(tx, tx.requirePerson().userId);
      if (user.emailVerifiedAt) return;
      await this.daily.countVerification(tx, user.email);
      await this.askToVerify(tx, user.id);
    });
  }

  private async askToReset(tx: Transaction, userId: string): Promise<void> {
    const keyId = await this.keys.issue(tx, userId, 'password_reset');
    await this.mails.enqueue(tx, 'password-reset', keyId);
  }

  /** Mails a verification link. In the caller's transaction, in platform scope. */
  async askToVerify(tx: Transaction, userId: string): Promise<void> {
    await this.mails.enqueue(
      tx,
      'email-verification',
      await this.keys.issue(tx, userId, 'email_verification'),
    );
  }

  private async getKeyOwner(tx: Transaction, key: string) {
    const userId = await this.keys.findOwner(tx, key, 'password_reset');
    if (!userId) throw resetTokenInvalid();
    const user = await this.users.get(tx, userId);
    const names = await this.accounts.listNames(tx, userId);
    return { email: user.email, names, account: comparedEmail(user) };
  }
}
