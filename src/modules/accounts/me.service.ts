import { Inject, Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { hoursBefore } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { Idempotency } from '../../platform/http/idempotency/idempotency';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { sessionNotFound, wrongPassword } from '../identity/identity.errors';
import { PasswordHasher } from '../identity/password-hasher';
import { assertPasswordIsStrong } from '../identity/password-rules';
import type { Session } from '../identity/session.entity';
import { SessionsRepository } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { AccountsRepository, type MyAccount, type MyMembership } from './accounts.repository';
import type { ChangePasswordRequest } from './dto/account.requests';

/** What a person does with the own account, whichever business the session is of. */
@Injectable()
export class MeService {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly hasher: PasswordHasher,
    private readonly limiter: GuessLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** A person's own is known with the session; a support session is looked up. */
  get(context: RequestContext): Promise<MyAccount> {
    const known = toMyAccount(context);
    if (known) return Promise.resolve(known);
    return this.database.transaction(context, (tx) => this.accounts.getMine(tx));
  }

  rename(context: RequestContext, fullName: string): Promise<MyAccount> {
    return this.database.transaction(context, async (tx) => {
      await this.users.update(tx, userOf(context), { fullName });
      return this.accounts.getMine(tx);
    });
  }

  /** Ends the person's other sessions. @throws 403 wrong_password, 422 password_too_weak, 429 rate_limited */
  async changePassword(context: RequestContext, request: ChangePasswordRequest): Promise<void> {
    const userId = userOf(context);
    const user = await this.database.transaction(context, (tx) => this.users.get(tx, userId));
    await this.limiter.count(context, 'password_change', user.email, context.ip);
    if (!(await this.hasher.matches(request.currentPassword, user.passwordHash)))
      throw wrongPassword();
    await this.limiter.forgive(context, 'password_change', user.email, context.ip);
    assertPasswordIsStrong(request.newPassword, user.email);
    const passwordHash = await this.hasher.hash(request.newPassword);
    await this.idempotency.runOnPlatform(
      context,
      "the person's sessions are in all businesses",
      async (tx) => {
        await this.users.update(tx, userId, { passwordHash });
        await this.sessions.endAllOf(tx, userId, context.requireMember().credentialId);
      },
    );
  }

  listSessions(context: RequestContext, query: ListQuery): Promise<Session[]> {
    const { sessionIdleHours, sessionAbsoluteDays } = this.config;
    return this.database.platform(context, "the person's sessions are in all businesses", (tx) => {
      return this.sessions.listOf(
        tx,
        userOf(context),
        hoursBefore(tx.now, sessionIdleHours),
        hoursBefore(tx.now, 24 * sessionAbsoluteDays),
        query,
      );
    });
  }

  /** @throws 404 session_not_found */
  async endSession(context: RequestContext, id: string): Promise<void> {
    const found = await this.database.platform(
      context,
      "the person's sessions are in all businesses",
      (tx) => this.sessions.endOf(tx, userOf(context), id),
    );
    if (!found) throw sessionNotFound();
  }

  /** The businesses the person is an active member of. */
  listBusinesses(context: RequestContext, query: ListQuery): Promise<MyMembership[]> {
    return this.database.platform(context, 'a person may belong to several businesses', (tx) =>
      this.accounts.listMine(tx, userOf(context), query),
    );
  }
}

/** Routes that staff in a support session cannot call always have a person. */
export function userOf(context: RequestContext): string {
  const { userId } = context.requireMember();
  if (!userId) throw new Error(`${context.action} needs a person`);
  return userId;
}

function toMyAccount({ actor, businessId, member }: RequestContext): MyAccount | null {
  if (!member?.profile) return null;
  const { memberId, role, kind, profile } = member;
  const { fullName, emailVerified, businessName } = profile;
  const user = { id: member.userId!, email: actor.email!, emailVerified, fullName }; // a profile is a person's
  const place = { memberId, role, kind, status: 'active' as const }; // nobody else has a session
  return { user, ...place, businessId: businessId!, businessName, support: null };
}
