import { Inject, Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { hoursBefore } from '../../common/clock';
import { comparedEmail } from '../../common/email';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { Idempotency } from '../../platform/http/idempotency/idempotency';
import { MailQueue } from '../../platform/mail/mail-queue';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import {
  toSessionTokenResponse,
  type SessionTokenResponse,
} from '../identity/dto/session-token.response';
import { sessionNotFound, wrongPassword } from '../identity/identity.errors';
import { PasswordHasher } from '../identity/password-hasher';
import { NewPasswords } from '../identity/new-passwords';
import { OneTimeKeysRepository } from '../identity/one-time-keys.repository';
import {
  SessionsRepository,
  type ListedSession,
  type SessionProof,
} from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { AccountsRepository, type MyAccount, type MyMembership } from './accounts.repository';
import type { ChangePasswordRequest } from './dto/account.requests';

const PERSON = 'a person may belong to several businesses, or to none';

/** What a person does with their own account, in any business. */
@Injectable()
export class MeService {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly keys: OneTimeKeysRepository,
    private readonly hasher: PasswordHasher,
    private readonly passwords: NewPasswords,
    private readonly mails: MailQueue,
    private readonly limiter: GuessLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** A person's account is known with the session; a support session needs a query. */
  get(context: RequestContext): Promise<MyAccount> {
    const known = toMyAccount(context);
    if (known) return Promise.resolve(known);
    return this.database.transaction(context, (tx) => this.accounts.getMine(tx));
  }

  rename(context: RequestContext, fullName: string): Promise<MyAccount> {
    return this.database.transaction(context, async (tx) => {
      await this.users.update(tx, context.requirePerson().userId, { fullName });
      return this.accounts.getMine(tx);
    });
  }

  /**
   * Ends the person's other sessions, invalidates earlier reset links, and tells the person by mail.
   * @returns in place of the session in a cookie, which ends too: a copy of it no longer works
   * @throws 403 wrong_password (of concurrent changes, one wins), 422 password_too_weak, 429 rate_limited
   */
  async changePassword(
    context: RequestContext,
    request: ChangePasswordRequest,
    userAgent: string | null,
  ): Promise<SessionTokenResponse | undefined> {
    const { userId, sessionId } = context.requirePerson();
    const { user, names } = await this.database.platform(context, PERSON, async (tx) => ({
      user: await this.users.get(tx, userId),
      names: await this.accounts.listNames(tx, userId),
    }));
    const account = comparedEmail(user);
    const { isRight } = await this.limiter.attempt(context, 'password_change', account, () =>
      this.hasher.verify(request.currentPassword, user.passwordHash),
    );
    if (!isRight) throw wrongPassword();
    const owner = { email: user.email, names };
    const passwordHash = await this.passwords.hash(request.newPassword, owner);
    return this.idempotency.runOnPlatform(context, PERSON, async (tx) => {
      if (!(await this.users.changePassword(tx, user, passwordHash))) throw wrongPassword(); // reset or changed since
      await this.mails.enqueue(tx, 'password-changed', userId);
      const proof = await this.sessions.lockOwn(tx);
      await this.keys.revoke(tx, userId, 'password_reset');
      await this.sessions.endAllOf(tx, userId, context.cookie ? null : sessionId);
      return context.cookie ? this.renewSession(tx, userAgent, proof) : undefined;
    });
  }

  private async renewSession(
    tx: Transaction,
    userAgent: string | null,
    proof: SessionProof,
  ): Promise<SessionTokenResponse> {
    const { businessId, member } = tx;
    const whose = { userId: tx.requirePerson().userId, userAgent, proof };
    const opened =
      businessId && member
        ? await this.sessions.open(tx, { businessId, memberId: member.memberId, ...whose })
        : await this.sessions.openWithoutBusiness(tx, whose);
    return toSessionTokenResponse(opened, this.config.sessionAbsoluteDays);
  }

  listSessions(context: RequestContext, query: ListQuery): Promise<ListedSession[]> {
    const { sessionIdleHours, sessionAbsoluteDays } = this.config;
    return this.database.platform(context, PERSON, (tx) => {
      return this.sessions.listOf(
        tx,
        context.requirePerson().userId,
        hoursBefore(tx.now, sessionIdleHours),
        hoursBefore(tx.now, 24 * sessionAbsoluteDays),
        query,
      );
    });
  }

  /** @throws 404 session_not_found */
  async endSession(context: RequestContext, id: string): Promise<void> {
    const found = await this.database.platform(context, PERSON, (tx) =>
      this.sessions.endOf(tx, context.requirePerson().userId, id),
    );
    if (!found) throw sessionNotFound();
  }

  /** The businesses of which the person is an active member. */
  listBusinesses(context: RequestContext, query: ListQuery): Promise<MyMembership[]> {
    return this.database.platform(context, PERSON, (tx) =>
      this.accounts.listMine(tx, context.requirePerson().userId, query),
    );
  }
}

function toMyAccount({ actor, businessId, member, person }: RequestContext): MyAccount | null {
  if (!person) return null;
  const { userId: id, emailVerified, fullName, hasSecondFactor } = person;
  const user = { id, email: actor.email!, emailVerified, fullName, hasSecondFactor }; // a person has an address
  if (!member) return { user, member: null, business: null, support: null };
  const { memberId, role, kind, businessName, requiresSecondFactor } = member;
  return {
    user,
    member: { id: memberId, role, kind, status: 'active' }, // only active members have sessions
    business: { id: businessId!, name: businessName!, requireSecondFactor: requiresSecondFactor },
    support: null,
  };
}
