import { Inject, Injectable } from '@nestjs/common';
import { canonicalEmail } from '../../common/email';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import type { Transaction } from '../../platform/database/transaction';
import { Idempotency } from '../../platform/http/idempotency/idempotency';
import { DailyLimiter } from '../../platform/rate-limit/daily-limiter';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { RecoveryService } from '../accounts/recovery.service';
import { ApiKeysService } from '../api-keys/api-keys.service';
import { tooManyBusinesses } from '../businesses/businesses.errors';
import { BusinessesService } from '../businesses/businesses.service';
import { toBusinessResponse } from '../businesses/dto/business.response';
import { toSessionTokenResponse } from '../identity/dto/session-token.response';
import { emailTaken } from '../identity/identity.errors';
import { NewPasswords } from '../identity/new-passwords';
import {
  BY_PASSWORD,
  SessionsRepository,
  type SessionProof,
} from '../identity/sessions.repository';
import type { User } from '../identity/user.entity';
import { UsersRepository } from '../identity/users.repository';
import { toSubscriptionResponse } from '../subscriptions/dto/subscription.response';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { toMemberResponse } from '../team-members/dto/member.response';
import { InvitationsService } from '../team-members/invitations.service';
import { TeamMembersService } from '../team-members/team-members.service';
import type {
  CreateBusinessRequest,
  JoinRequest,
  JoinResponse,
  SignupRequest,
  SignupResponse,
} from './dto/signup';

const REASON = 'the tenant does not exist yet';

/** The founder or new member, existing or just created. */
type Person = Pick<User, 'id' | 'email' | 'fullName'>;

@Injectable()
export class OnboardingService {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly users: UsersRepository,
    private readonly passwords: NewPasswords,
    private readonly sessions: SessionsRepository,
    private readonly businesses: BusinessesService,
    private readonly members: TeamMembersService,
    private readonly invitations: InvitationsService,
    private readonly subscriptions: SubscriptionsService,
    private readonly apiKeys: ApiKeysService,
    private readonly recovery: RecoveryService,
    private readonly limiter: GuessLimiter,
    private readonly daily: DailyLimiter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * One transaction: person, business, owner, sdk and support members, subscription to the default plan, API key,
   * session, and the verification mail.
   * @throws 409 email_taken, 422 password_too_weak, 429 rate_limited
   */
  async signUp(
    context: RequestContext,
    request: SignupRequest,
    userAgent: string | null,
  ): Promise<SignupResponse> {
    const { email, fullName, password, businessName } = request;
    // 1. Check.
    await this.limiter.countSignup(context);
    const owner = { email, names: [businessName, fullName] };
    const passwordHash = await this.passwords.hash(password, owner); // slow: before the transaction
    // 2. Write the person, the mail and the business. 3. Answer.
    const signedUp = await this.idempotency.runOnPlatform(
      asPerson(context, email),
      REASON,
      async (tx) => {
        const person = await this.users.insert(tx, {
          email,
          fullName,
          passwordHash,
          emailVerifiedAt: null,
        });
        await this.recovery.askToVerify(tx, person.id);
        return this.createBusiness(tx, businessName, person, { userAgent, proof: BY_PASSWORD });
      },
    );
    await this.limiter.remember(context, 'login', canonicalEmail(email));
    return signedUp;
  }

  /**
   * A business of a person who is signed in: like sign-up without the person.
   * @throws 401 unauthenticated, 409 too_many_businesses, 429 rate_limited
   */
  createAnother(
    context: RequestContext,
    { name }: CreateBusinessRequest,
    userAgent: string | null,
  ): Promise<SignupResponse> {
    const { userId } = context.requirePerson();
    return this.idempotency.runOnPlatform(context, REASON, async (tx) => {
      await this.users.lock(tx, userId); // of two concurrent requests, the second counts the business of the first
      const proof = await this.sessions.lockOwn(tx);
      await this.assertMayFound(tx, userId);
      const person = await this.users.get(tx, userId);
      return this.createBusiness(tx, name, person, { userAgent, proof });
    });
  }

  /**
   * A new person joins the inviting business. The key came by mail, so the address is verified; an existing account is
   * never changed.
   * @throws 402 limit_reached, 404 invitation_not_found, 409 email_taken, 410, 422 password_too_weak, 429 rate_limited
   */
  async join(
    context: RequestContext,
    request: JoinRequest,
    userAgent: string | null,
  ): Promise<JoinResponse> {
    const { activationKey, fullName, password } = request;
    await this.limiter.count(context, 'one_time_key', null, context.ip);
    const { invitation, details } = await this.invitations.lookUp(context, activationKey);
    if (details.hasAccount)
      throw emailTaken({ detail: 'Log in and accept the invitation instead.' });
    const { email } = invitation;
    const owner = { email, names: [details.businessName, fullName] };
    const passwordHash = await this.passwords.hash(password, owner);
    const joined = await this.idempotency.runOnPlatform(
      asPerson(context, email),
      'the person belongs to no tenant yet',
      async (tx) => {
        const person = await this.users.insert(tx, {
          email,
          fullName,
          passwordHash,
          emailVerifiedAt: tx.now,
        });
        return this.joinBusiness(tx, activationKey, person, userAgent);
      },
    );
    await this.limiter.forgive(context, 'one_time_key', null, context.ip);
    await this.limiter.remember(context, 'login', canonicalEmail(email));
    return joined;
  }

  private async assertMayFound(tx: Transaction, userId: string): Promise<void> {
    const { businessesPerPerson } = this.config;
    const owned = await this.members.countOwned(tx, userId);
    if (businessesPerPerson !== null && owned >= businessesPerPerson) throw tooManyBusinesses();
    await this.daily.countBusiness(tx);
  }

  private async joinBusiness(
    tx: Transaction,
    key: string,
    person: Person,
    userAgent: string | null,
  ): Promise<JoinResponse> {
    const { invitation, member } = await this.invitations.accept(tx, key, person);
    const { businessId } = invitation;
    const inBusiness = tx.with({ businessId });
    const opened = await this.sessions.open(inBusiness, {
      businessId,
      memberId: member.id,
      userId: person.id,
      userAgent,
      proof: BY_PASSWORD,
    });
    return {
      business: toBusinessResponse(await this.businesses.get(inBusiness)),
      member: toMemberResponse({ ...member, email: person.email, fullName: person.fullName }),
      session: toSessionTokenResponse(opened, this.config.sessionAbsoluteDays),
    };
  }

  private async createBusiness(
    tx: Transaction,
    name: string,
    person: Person,
    opening: { userAgent: string | null; proof: SessionProof },
  ): Promise<SignupResponse> {
    const { id: userId, email, fullName } = person;
    // 1. The business, and its first members.
    const business = await this.businesses.create(tx, name);
    const businessId = business.id;
    const inBusiness = tx.with({ businessId });
    const { owner, sdk } = await this.members.createFirst(inBusiness, userId);
    // 2. Its subscription to the default plan.
    const subscription = await this.subscriptions.start(inBusiness);
    // 3. Its first API key.
    const { apiKey, key } = await this.apiKeys.createFirst(inBusiness, sdk.id);
    // 4. The owner's session.
    const opened = await this.sessions.open(inBusiness, {
      businessId,
      memberId: owner.id,
      userId,
      ...opening,
    });
    // 5. Answer.
    return {
      business: toBusinessResponse(business),
      member: toMemberResponse({ ...owner, email, fullName }),
      subscription: toSubscriptionResponse(subscription),
      session: toSessionTokenResponse(opened, this.config.sessionAbsoluteDays),
      apiKey: { id: apiKey.id, key },
    };
  }
}

/** Audit rows of a sign-up name the new person. */
function asPerson(context: RequestContext, email: string): RequestContext {
  return context.with({ actor: { kind: 'person', id: null, email } });
}
