import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import type { Transaction } from '../../platform/database/transaction';
import { Idempotency } from '../../platform/http/idempotency/idempotency';
import { toSessionTokenResponse } from '../accounts/dto/account.responses';
import { ApiKeysRepository } from '../api-keys/api-keys.repository';
import { BusinessesRepository } from '../businesses/businesses.repository';
import { toBusinessResponse } from '../businesses/dto/business.response';
import { PasswordHasher } from '../identity/password-hasher';
import { assertPasswordIsStrong } from '../identity/password-rules';
import { SessionsRepository } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { toSubscriptionResponse } from '../subscriptions/dto/subscription.response';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { toMemberResponse } from '../team-members/dto/member.response';
import { TeamMembersRepository } from '../team-members/team-members.repository';
import type { SignupRequest, SignupResponse } from './dto/signup';

const FIRST_KEY_NAME = 'Default';

@Injectable()
export class OnboardingService {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly users: UsersRepository,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionsRepository,
    private readonly businesses: BusinessesRepository,
    private readonly members: TeamMembersRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly apiKeys: ApiKeysRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * One transaction: business, owner, sdk and support members, subscription to the default plan, API key, session.
   * @throws 409 email_taken, 422 password_too_weak
   */
  async signUp(
    context: RequestContext,
    request: SignupRequest,
    userAgent: string | null,
  ): Promise<SignupResponse> {
    assertPasswordIsStrong(request.password, request.email);
    const passwordHash = await this.hasher.hash(request.password); // slow: before the transaction
    const signingUp = context.with({ actor: { kind: 'person', id: null, email: request.email } });
    return this.idempotency.runOnPlatform(signingUp, 'the tenant does not exist yet', (tx) =>
      this.create(tx, request, passwordHash, userAgent),
    );
  }

  private async create(
    tx: Transaction,
    request: SignupRequest,
    passwordHash: string,
    userAgent: string | null,
  ): Promise<SignupResponse> {
    const { email, fullName } = request;
    const user = await this.users.insert(tx, { email, fullName, passwordHash });
    const business = await this.businesses.insert(tx, request.businessName);
    const inBusiness = tx.with({ businessId: business.id });
    const { owner, sdk } = await this.members.insertFirst(inBusiness, user.id);
    const subscription = await this.subscriptions.start(inBusiness);
    const { apiKey, key } = await this.apiKeys.insert(inBusiness, {
      memberId: sdk.id,
      name: FIRST_KEY_NAME,
      expiresAt: null,
    });
    const opened = await this.sessions.open(inBusiness, {
      businessId: business.id,
      memberId: owner.id,
      userId: user.id,
      userAgent,
    });
    return {
      business: toBusinessResponse(business),
      member: toMemberResponse({ ...owner, email, fullName }),
      subscription: toSubscriptionResponse(subscription),
      session: toSessionTokenResponse(opened, this.config.sessionAbsoluteDays),
      apiKey: { id: apiKey.id, key },
    };
  }
}
