import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import type { Transaction } from '../../platform/database/transaction';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { ProvenElsewhereService, type SignedIn } from '../accounts/proven-elsewhere.service';
import { InvitationsService } from '../team-members/invitations.service';
import { TeamMembersService } from '../team-members/team-members.service';
import type { ProviderAnswerRequest } from './dto/sign-ins';
import { PeopleService, type Person } from './people.service';
import { SignInFlowService, type Finished } from './sign-in-flow.service';

/** Signing in with an identity provider. */
@Injectable()
export class SignInsService {
  constructor(
    private readonly flow: SignInFlowService,
    private readonly people: PeopleService,
    private readonly logins: ProvenElsewhereService,
    private readonly members: TeamMembersService,
    private readonly invitations: InvitationsService,
    private readonly limiter: GuessLimiter,
  ) {}

  /**
   * Opens a session, in the business that was joined or used last.
   * @param held what only the browser holds that has begun
   * @throws 401 mfa_required, sign_in_invalid, 402 limit_reached, 403 email_not_proven, sign_in_refused, 404, 409
   * identity_not_linked, 410 sign_in_expired, 429 rate_limited, 503 issuer_unavailable
   */
  async finish(
    context: RequestContext,
    held: string,
    request: ProviderAnswerRequest,
    userAgent: string | null,
  ): Promise<SignedIn> {
    await this.limiter.count(context, 'foreign_token', null, context.ip);
    const finished = await this.flow.finish(context, held, ['sign_in'], request);
    await this.limiter.forgive(context, 'foreign_token', null, context.ip);
    const { identity } = finished;
    if (!(await this.people.isKnown(context, identity))) await this.limiter.countSignup(context);
    let businessId: string | undefined;
    const person = await this.people.enter(context, identity, async (tx, each) => {
      businessId = await this.join(tx, each, finished);
    });
    const method = finished.provider.business ? ('sso' as const) : ('oidc' as const);
    const proof = { signedInWith: [method], provenAt: null, endsAt: null };
    return this.logins.open(context, { userId: person.id, businessId, userAgent, proof });
  }

  /** By an invitation, or the business whose sign-in it is. @returns the business that is entered; undefined: any */
  private async join(
    tx: Transaction,
    person: Person,
    { provider: { business }, claims, waiting: { activationKey } }: Finished,
  ): Promise<string | undefined> {
    if (business) {
      const { businessId } = business;
      await this.members.admit(tx.with({ businessId }), person.id, business.roleFor(claims));
      return businessId;
    }
    if (activationKey === null) return undefined;
    const { invitation } = await this.invitations.accept(tx, activationKey, person);
    return invitation.businessId;
  }
}
