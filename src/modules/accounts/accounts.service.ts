import { Injectable } from '@nestjs/common';
import { businessDeactivated } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { AuditRepository } from '../audit/audit.repository';
import { businessNotFound } from '../businesses/businesses.errors';
import { invalidCredentials } from '../identity/identity.errors';
import { PasswordHasher } from '../identity/password-hasher';
import type { Session } from '../identity/session.entity';
import { SessionsRepository } from '../identity/sessions.repository';
import { SupportSessionsRepository } from '../support-sessions/support-sessions.repository';
import { InvitationsService } from '../team-members/invitations.service';
import { TeamMembersRepository } from '../team-members/team-members.repository';
import { AccountsRepository, type Membership, type Place } from './accounts.repository';
import type { LoginRequest } from './dto/account.requests';
import { userOf } from './me.service';

export interface SignedIn extends Place {
  opened: { session: Session; token: string };
}

/** Whom a session is opened for. */
interface SigningIn {
  businessId: string;
  memberId: string;
  userId: string;
  /** What the password was checked against; null where none was asked for. */
  passwordHash: string | null;
  email: string | null;
  userAgent: string | null;
}

@Injectable()
export class AccountsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionsRepository,
    private readonly members: TeamMembersRepository,
    private readonly invitations: InvitationsService,
    private readonly limiter: GuessLimiter,
    private readonly audit: AuditRepository,
    private readonly support: SupportSessionsRepository,
  ) {}

  /**
   * Opens a session. An unknown address, a wrong password and a deactivated member get the same answer in the same time.
   * @throws 401 invalid_credentials, 403 business_deactivated, 429 rate_limited
   */
  async login(
    context: RequestContext,
    request: LoginRequest,
    userAgent: string | null,
  ): Promise<SignedIn> {
    const { email } = request;
    await this.limiter.count(context, 'login', email, context.ip);
    const memberships = await this.database.platform(
      context,
      'nobody knows yet who logs in',
      (tx) => this.accounts.listMemberships(tx, email),
    );
    const isRight = await this.hasher.matches(
      request.password,
      memberships[0]?.passwordHash ?? null,
    );
    const membership = memberships.find((each) => isActive(each, request.businessId));
    if (!isRight || !membership) return this.refuse(context, email, memberships);
    await this.limiter.forgive(context, 'login', email, context.ip);
    if (membership.businessStatus !== 'active') throw businessDeactivated();
    const { businessId, memberId, userId, passwordHash } = membership as Membership & {
      businessId: string;
      memberId: string;
    };
    return this.open(context, { businessId, memberId, userId, passwordHash, email, userAgent });
  }

  /** Ends the session of this request, of support too. */
  logout(context: RequestContext): Promise<void> {
    const { credentialId } = context.requireMember();
    return this.database.transaction(context, (tx) =>
      context.supportSessionId
        ? this.support.end(tx, credentialId)
        : this.sessions.end(tx, credentialId),
    );
  }

  /** Opens a session of another of the person's businesses; this one goes on. @throws 403 business_deactivated, 404 business_not_found */
  async switchTo(
    context: RequestContext,
    businessId: string,
    userAgent: string | null,
  ): Promise<SignedIn> {
    const userId = userOf(context);
    return this.database.platform(context, 'the other business is another tenant', async (tx) => {
      const membership = await this.accounts.findMine(tx, userId, businessId);
      if (!membership) throw businessNotFound();
      if (membership.status !== 'active') throw businessDeactivated();
      return this.openIn(tx.with({ businessId }), {
        businessId,
        memberId: membership.memberId,
        userId,
        passwordHash: null,
        email: context.actor.email,
        userAgent,
      });
    });
  }

  /** Joins the inviting business. @throws 403 invitation_for_another_email, and what `InvitationsService.accept` throws */
  acceptInvitation(context: RequestContext, key: string): Promise<Place> {
    return this.database.platform(
      context,
      'the inviting business is another tenant',
      async (tx) => {
        const person = { id: userOf(context), email: context.actor.email ?? '' };
        const { invitation, member } = await this.invitations.accept(tx, key, person);
        const inBusiness = tx.with({ businessId: invitation.businessId });
        return this.holdPlace(inBusiness, member.id, null);
      },
    );
  }

  /** A row in the audit log of each business of that person, and the one answer for all reasons. */
  private async refuse(
    context: RequestContext,
    email: string,
    memberships: Membership[],
  ): Promise<never> {
    const businessIds = memberships.flatMap(({ businessId }) => (businessId ? [businessId] : []));
    const failing = context.with({
      action: 'session.fail',
      actor: { kind: 'person', id: null, email },
    });
    await this.database.platform(failing, 'a person may belong to several businesses', (tx) =>
      this.audit.recordFailedSignIn(tx, businessIds, memberships[0]?.userId ?? null),
    );
    throw invalidCredentials();
  }

  private open(context: RequestContext, signingIn: SigningIn): Promise<SignedIn> {
    const { businessId, memberId, email } = signingIn;
    const known = context.with({ businessId, actor: { kind: 'person', id: memberId, email } });
    return this.database.transaction(known, (tx) => this.openIn(tx, signingIn));
  }

  private async openIn(
    tx: Transaction,
    { businessId, memberId, userId, passwordHash, userAgent }: SigningIn,
  ): Promise<SignedIn> {
    const place = await this.holdPlace(tx, memberId, passwordHash);
    const opened = await this.sessions.open(tx, { businessId, memberId, userId, userAgent });
    await this.members.markUsed(tx, businessId, memberId);
    return { opened, ...place };
  }

  private async holdPlace(
    tx: Transaction,
    memberId: string,
    passwordHash: string | null,
  ): Promise<Place> {
    const place = await this.accounts.holdPlace(tx, memberId, passwordHash);
    if (!place) throw invalidCredentials(); // removed, or another password, since it was checked
    return place;
  }
}

function isActive({ memberStatus, businessId }: Membership, wanted: string | undefined): boolean {
  return memberStatus === 'active' && (wanted === undefined || businessId === wanted.toLowerCase());
}
