import { Injectable } from '@nestjs/common';
import { canonicalEmail, comparedEmail } from '../../common/email';
import { businessDeactivated, businessNotFound } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { AuditService } from '../audit/audit.service';
import { invalidCredentials } from '../identity/identity.errors';
import { PasswordHasher } from '../identity/password-hasher';
import { BY_PASSWORD, SessionsRepository } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { SupportSessionsService } from '../support-sessions/support-sessions.service';
import { InvitationsService } from '../team-members/invitations.service';
import { AccountsRepository, type Membership, type Place } from './accounts.repository';
import { assertNotOfCompany } from './accounts.errors';
import type { LoginRequest } from './dto/account.requests';
import { SecondStepService } from './second-step.service';
import {
  isActive,
  SessionOpening,
  type ActivePlace,
  type SignedIn,
  type SigningIn,
} from './session-opening';

/** A login with the right password. */
interface Right {
  isRight: true;
  person: Membership;
  place: ActivePlace | null;
  freshHash: string | null;
}

type Checked = Right | { isRight: false };

@Injectable()
export class AccountsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly hasher: PasswordHasher,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly opening: SessionOpening,
    private readonly secondStep: SecondStepService,
    private readonly invitations: InvitationsService,
    private readonly limiter: GuessLimiter,
    private readonly audit: AuditService,
    private readonly support: SupportSessionsService,
  ) {}

  /**
   * Opens a session in a business or, for a person without one, outside any. An unknown address and a wrong password
   * get the same answer in the same time.
   * @throws 401 invalid_credentials, also for a business without an active membership, mfa_required, 429 rate_limited
   */
  async login(
    context: RequestContext,
    request: LoginRequest,
    userAgent: string | null,
  ): Promise<SignedIn> {
    const memberships = await this.listMemberships(context, request.email);
    const account = accountOf(request.email, memberships);
    const checked = await this.limiter.attempt(context, 'login', account, () =>
      this.check(request, memberships),
    );
    if (!checked.isRight) return this.refuse(context, request.email, memberships);
    const { person, place } = checked;
    const known = context.with({
      businessId: place?.businessId,
      actor: { kind: 'person', id: place?.memberId ?? person.userId, email: person.email },
    });
    await this.rehash(known, checked);
    if (person.hasSecondFactor)
      throw await this.secondStep.demand(context, person, place?.memberId ?? null, BY_PASSWORD);
    const { userId, passwordVersion } = person;
    const signingIn = { userId, passwordVersion, userAgent, proof: BY_PASSWORD };
    return place ? this.open(known, place.memberId, signingIn) : this.openOutside(known, signingIn);
  }

  /** Ends the session of this request, also of support. */
  async logout(context: RequestContext): Promise<void> {
    const { person, supportSessionId } = context;
    await this.database.platform(context, 'a person may belong to no business', async (tx) => {
      if (supportSessionId) await this.support.end(tx, supportSessionId);
      if (person) await this.sessions.endOf(tx, person.userId, person.sessionId);
    });
  }

  /**
   * Opens a session in another of the person's businesses; the current one stays.
   * @throws 401 unauthenticated when this one has ended meanwhile, 403 business_deactivated, session_of_company, 404 business_not_found
   */
  async switchTo(
    context: RequestContext,
    businessId: string,
    userAgent: string | null,
  ): Promise<SignedIn & { place: Place }> {
    const { userId } = context.requirePerson();
    return this.database.platform(context, 'the other business is another tenant', async (tx) => {
      const membership = await this.accounts.findMine(tx, userId, businessId);
      if (!membership) throw businessNotFound();
      if (membership.status !== 'active') throw businessDeactivated();
      const proof = await this.sessions.lockOwn(tx);
      assertNotOfCompany(proof);
      const inBusiness = tx.with({ businessId });
      const signingIn = { userId, passwordVersion: null, userAgent, proof };
      const signedIn = await this.opening.openIn(inBusiness, membership.memberId, signingIn);
      if (!signedIn) throw businessNotFound(); // removed or deactivated since
      return signedIn;
    });
  }

  /** Joins the inviting business. @throws 403 invitation_for_another_email, and what `InvitationsService.accept` throws */
  acceptInvitation(context: RequestContext, key: string): Promise<Place> {
    return this.database.platform(
      context,
      'the inviting business is another tenant',
      async (tx) => {
        const person = { id: context.requirePerson().userId, email: context.actor.email ?? '' };
        const { invitation, member } = await this.invitations.accept(tx, key, person);
        const inBusiness = tx.with({ businessId: invitation.businessId });
        return this.accounts.getPlace(inBusiness, member.id);
      },
    );
  }

  private listMemberships(context: RequestContext, email: string): Promise<Membership[]> {
    return this.database.platform(context, 'the person logging in is unknown', (tx) =>
      this.accounts.listMemberships(tx, email),
    );
  }

  /** The person, the target business, and whether the password is right. */
  private async check(
    { password, businessId }: LoginRequest,
    memberships: Membership[],
  ): Promise<Checked> {
    const person = memberships[0];
    const place = memberships.find((each) => isActive(each, businessId)) ?? null;
    const mayEnter = person !== undefined && (place !== null || businessId === undefined);
    const verdict = await this.hasher.verify(password, mayEnter ? person.passwordHash : null);
    if (!verdict.isRight || !mayEnter) return { isRight: false };
    return { ...verdict, isRight: true, person, place };
  }

  /** Stores the hash with the current cost that the login made, unless the password has changed. */
  private async rehash(context: RequestContext, { person, freshHash }: Right): Promise<void> {
    if (!freshHash) return;
    const hashing = context.with({ action: 'password.rehash', businessId: null });
    await this.database.platform(
      hashing,
      'people belong to no tenant',
      (tx) => this.users.rehash(tx, person.userId, person.passwordHash!, freshHash), // there is one: it was right,
    );
  }

  /** Writes an audit row for each business of the person, and gives the same answer for all reasons. */
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
      this.audit.recordOfAccount(tx, businessIds, {
        type: 'user',
        id: memberships[0]?.userId ?? null,
      }),
    );
    throw invalidCredentials();
  }

  private open(context: RequestContext, memberId: string, signingIn: SigningIn): Promise<SignedIn> {
    return this.database.transaction(context, async (tx) => {
      const signedIn = await this.opening.openIn(tx, memberId, signingIn);
      if (!signedIn) throw invalidCredentials(); // removed, or password or factors changed, since it was checked
      return signedIn;
    });
  }

  private openOutside(
    context: RequestContext,
    signingIn: SigningIn & { passwordVersion: number },
  ): Promise<SignedIn> {
    return this.database.platform(context, 'the person belongs to no business', async (tx) => {
      const signedIn = await this.opening.openOutside(tx, signingIn);
      if (!signedIn) throw invalidCredentials(); // password or factors changed since it was checked
      return signedIn;
    });
  }
}

/** What guesses are counted by: the account that they aim at, in whichever spelling. */
function accountOf(email: string, [person]: Membership[]): string {
  return person ? comparedEmail(person) : canonicalEmail(email);
}
