import { Injectable } from '@nestjs/common';
import { businessDeactivated } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { Business } from '../businesses/business.entity';
import { BusinessesRepository } from '../businesses/businesses.repository';
import { invalidCredentials } from '../identity/identity.errors';
import { PasswordHasher } from '../identity/password-hasher';
import type { Session } from '../identity/session.entity';
import { SessionsRepository } from '../identity/sessions.repository';
import {
  TeamMembersRepository,
  type MemberWithPerson,
} from '../team-members/team-members.repository';
import { AccountsRepository, type Membership, type MyAccount } from './accounts.repository';
import type { LoginRequest } from './dto/account.requests';

export interface SignedIn {
  opened: { session: Session; token: string };
  member: MemberWithPerson;
  business: Business;
}

type ActiveMembership = Membership & { memberId: string; businessId: string };

@Injectable()
export class AccountsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionsRepository,
    private readonly members: TeamMembersRepository,
    private readonly businesses: BusinessesRepository,
  ) {}

  /**
   * Opens a session. An unknown address, a wrong password and a deactivated member get the same answer in the same time.
   * @throws 401 invalid_credentials, 403 business_deactivated
   */
  async login(
    context: RequestContext,
    request: LoginRequest,
    userAgent: string | null,
  ): Promise<SignedIn> {
    const memberships = await this.database.platform(
      context,
      'nobody knows yet who logs in',
      (tx) => this.accounts.listMemberships(tx, request.email),
    );
    const isRight = await this.hasher.matches(
      request.password,
      memberships[0]?.passwordHash ?? null,
    );
    const membership = memberships.find((each) => isActive(each, request.businessId));
    if (!isRight || !membership) throw invalidCredentials();
    if (membership.businessStatus !== 'active') throw businessDeactivated();
    return this.open(context, membership as ActiveMembership, request.email, userAgent);
  }

  /** Ends the session of this request. */
  logout(context: RequestContext): Promise<void> {
    return this.database.transaction(context, (tx) =>
      this.sessions.end(tx, context.requireMember().credentialId),
    );
  }

  getMine(context: RequestContext): Promise<MyAccount> {
    return this.database.transaction(context, (tx) => this.accounts.getMine(tx));
  }

  private open(
    context: RequestContext,
    { businessId, memberId, userId }: ActiveMembership,
    email: string,
    userAgent: string | null,
  ): Promise<SignedIn> {
    const signingIn = context.with({ businessId, actor: { kind: 'person', id: memberId, email } });
    return this.database.transaction(signingIn, async (tx) => {
      const opened = await this.sessions.open(tx, { businessId, memberId, userId, userAgent });
      await this.members.markUsed(tx, businessId, memberId);
      return {
        opened,
        member: await this.getMember(tx, memberId),
        business: await this.businesses.get(tx),
      };
    });
  }

  private async getMember(tx: Transaction, id: string): Promise<MemberWithPerson> {
    const member = await this.members.find(tx, id);
    if (!member) throw invalidCredentials(); // removed since the password was checked
    return member;
  }
}

function isActive({ memberStatus, businessId }: Membership, wanted: string | undefined): boolean {
  return memberStatus === 'active' && (wanted === undefined || businessId === wanted.toLowerCase());
}
