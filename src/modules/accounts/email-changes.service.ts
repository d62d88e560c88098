import { Injectable } from '@nestjs/common';
import { hoursAfter } from '../../common/clock';
import { isSameEmail } from '../../common/email';
import { DomainError } from '../../common/problem';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { Idempotency } from '../../platform/http/idempotency/idempotency';
import { MailQueue } from '../../platform/mail/mail-queue';
import { DailyLimiter } from '../../platform/rate-limit/daily-limiter';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { AuditService } from '../audit/audit.service';
import { emailTaken } from '../identity/identity.errors';
import { OneTimeKeysRepository } from '../identity/one-time-keys.repository';
import { SessionsRepository } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { emailChangeNotFound, emailChangeTokenInvalid } from './accounts.errors';
import { AccountsRepository } from './accounts.repository';
import { EmailChangesRepository, type EmailChange } from './email-changes.repository';

const REASON = 'people belong to no tenant';
const OPEN_HOURS = 24;
const UNDO_HOURS = 7 * 24;

/** A person's address, and the one that is to take its place. */
export interface OwnEmail {
  email: string;
  change: EmailChange | null;
}

/** A new address: both confirm, then it changes, and for a week the old one can undo it. */
@Injectable()
export class EmailChangesService {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly accounts: AccountsRepository,
    private readonly changes: EmailChangesRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly keys: OneTimeKeysRepository,
    private readonly mails: MailQueue,
    private readonly limiter: GuessLimiter,
    private readonly daily: DailyLimiter,
    private readonly audit: AuditService,
  ) {}

  get(context: RequestContext): Promise<OwnEmail> {
    return this.database.platform(context, REASON, async (tx) => {
      const { userId } = tx.requirePerson();
      const { email } = await this.users.get(tx, userId);
      return { email, change: await this.changes.findOpen(tx, userId) };
    });
  }

  /**
   * Asks both addresses, in place of an earlier request. The answer is the same where another person has the new one.
   * @throws 422 validation_failed for the address that it is already, 429 rate_limited
   */
  request(context: RequestContext, email: string): Promise<OwnEmail> {
    return this.database.platform(context, REASON, async (tx) => {
      const { userId } = tx.requirePerson();
      await this.users.lock(tx, userId);
      await this.sessions.lockOwn(tx);
      const user = await this.users.get(tx, userId);
      if (isSameEmail(user.email, email)) throw sameEmail();
      await this.daily.countVerification(tx, email);
      const id = await this.changes.insert(tx, user, email, hoursAfter(tx.now, OPEN_HOURS));
      await this.mails.enqueue(tx, 'email-change-old', id);
      await this.mails.enqueue(tx, 'email-change-new', id);
      await this.record(tx, userId);
      return { email: user.email, change: await this.changes.findOpen(tx, userId) };
    });
  }

  /** @throws 404 email_change_not_found */
  cancel(context: RequestContext): Promise<void> {
    return this.database.platform(context, REASON, async (tx) => {
      const { userId } = tx.requirePerson();
      await this.users.lock(tx, userId);
      if (!(await this.changes.endOpen(tx, userId))) throw emailChangeNotFound();
      await this.record(tx, userId);
    });
  }

  /**
   * With the key from the mail to either address. Where both have confirmed, the address changes.
   * @returns whether it has
   * @throws 410 email_change_token_invalid, also where another person has the new address by now
   */
  async confirm(context: RequestContext, token: string): Promise<{ done: boolean }> {
    await this.limiter.count(context, 'one_time_key', null, context.ip);
    const found = await this.find(context, (tx) => this.changes.findByKey(tx, token));
    try {
      const answer = await this.idempotency.runOnPlatform(actingAs(context, found), REASON, (tx) =>
        this.confirmIn(tx, found),
      );
      await this.limiter.forgive(context, 'one_time_key', null, context.ip);
      return answer;
    } catch (error) {
      if (!(error instanceof DomainError) || error.definition !== emailTaken.definition)
        throw error;
      await this.database.platform(context, REASON, (tx) => this.changes.endOpen(tx, found.userId));
      throw emailChangeTokenInvalid();
    }
  }

  /** With the key from the mail to the old address: restores it, and ends all sessions. @throws 410 */
  async undo(context: RequestContext, token: string): Promise<void> {
    await this.limiter.count(context, 'one_time_key', null, context.ip);
    const found = await this.find(context, (tx) => this.changes.findUndoable(tx, token));
    await this.idempotency.runOnPlatform(actingAs(context, found), REASON, async (tx) => {
      await this.users.lock(tx, found.userId);
      if (!(await this.changes.undo(tx, found))) throw emailChangeTokenInvalid();
      await this.setEmail(tx, found.userId, found.oldEmail);
      await this.sessions.endAllOf(tx, found.userId, null);
      await this.mails.enqueue(tx, 'email-change-undone', found.id);
      await this.record(tx, found.userId);
    });
    await this.limiter.forgive(context, 'one_time_key', null, context.ip);
  }

  /** Deletes those that are over. */
  prune(tx: Transaction): Promise<void> {
    return this.changes.prune(tx);
  }

  private async confirmIn(
    tx: Transaction,
    { id, userId, mailbox }: EmailChange & { mailbox: 'old' | 'new' },
  ): Promise<{ done: boolean }> {
    await this.users.lock(tx, userId);
    const change = await this.changes.confirm(tx, id, mailbox);
    if (!change) throw emailChangeTokenInvalid();
    const done = change.oldConfirmedAt !== null && change.newConfirmedAt !== null;
    if (done) await this.finish(tx, change);
    await this.record(tx, userId);
    return { done };
  }

  private async finish(tx: Transaction, { id, userId, newEmail }: EmailChange): Promise<void> {
    await this.changes.finish(tx, id, hoursAfter(tx.now, UNDO_HOURS));
    await this.setEmail(tx, userId, newEmail);
    await this.mails.enqueue(tx, 'email-changed', id);
    await this.mails.enqueue(tx, 'email-changed-new', id);
  }

  /** What was mailed to the other address before counts no longer. @throws 409 email_taken */
  private async setEmail(tx: Transaction, userId: string, email: string): Promise<void> {
    await this.users.changeEmail(tx, userId, email);
    await this.keys.revoke(tx, userId, 'password_reset');
    await this.keys.revoke(tx, userId, 'email_verification');
  }

  private async find<T>(
    context: RequestContext,
    look: (tx: Transaction) => Promise<T | null>,
  ): Promise<T> {
    const found = await this.database.platform(context, REASON, look);
    if (!found) throw emailChangeTokenInvalid();
    return found;
  }

  private async record(tx: Transaction, userId: string): Promise<void> {
    const businessIds = await this.accounts.listBusinessIds(tx, userId);
    await this.audit.recordOfAccount(tx, businessIds, { type: 'user', id: userId });
  }
}

/** Who has the key reads the mail of the person. */
function actingAs(context: RequestContext, { userId, oldEmail }: EmailChange): RequestContext {
  return context.with({ actor: { kind: 'person', id: userId, email: oldEmail } });
}

function sameEmail(): Error {
  const detail = 'is your address already';
  return validationFailed([{ pointer: '/email', code: 'unchanged', detail }]);
}
