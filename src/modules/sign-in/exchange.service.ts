import { Inject, Injectable } from '@nestjs/common';
import { minutesAfter } from '../../common/clock';
import { isId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import type { Transaction } from '../../platform/database/transaction';
import { ProvenElsewhereService, type SignedIn } from '../accounts/proven-elsewhere.service';
import type { SessionProof } from '../identity/sessions.repository';
import { InvitationsService } from '../team-members/invitations.service';
import { TeamMembersService } from '../team-members/team-members.service';
import type { ExchangeRequest } from './dto/exchange';
import type { ForeignToken } from './foreign-token';
import { ForeignTokensService } from './foreign-tokens.service';
import { PeopleService, type Person } from './people.service';

/** The least that a claim gives: an owner or an admin gives more. */
const ROLE = 'member';
/** Of a token that does not say when its owner was last proven: that was not lately. */
const LONG_AGO = new Date(0);

/** Sessions for the tokens of an issuer that the founder has already. */
@Injectable()
export class ExchangeService {
  constructor(
    private readonly tokens: ForeignTokensService,
    private readonly people: PeopleService,
    private readonly logins: ProvenElsewhereService,
    private readonly members: TeamMembersService,
    private readonly invitations: InvitationsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @throws 401 foreign_token_invalid, mfa_required, 402 limit_reached, 403 email_not_proven, business_deactivated, 404
   * business_not_found, 409 identity_not_linked, 429 rate_limited, 503 issuer_unavailable
   */
  async exchange(
    context: RequestContext,
    request: ExchangeRequest,
    userAgent: string | null,
  ): Promise<SignedIn> {
    // 1. Check.
    const token = await this.tokens.verify(context, request.token);
    // 2. Find or make the person, who may join. 3. Open the session.
    const businessId = request.businessId?.toLowerCase() ?? token.businessId?.toLowerCase();
    const person = await this.people.enter(context, token.identity, (tx, each) =>
      this.join(tx, each, token, businessId),
    );
    const proof = this.proofOf(token);
    return this.logins.open(context, { userId: person.id, businessId, userAgent, proof });
  }

  /** Into the business of the claim, or into one that has invited the address. */
  private async join(
    tx: Transaction,
    person: Person,
    token: ForeignToken,
    businessId: string | undefined,
  ): Promise<void> {
    if (!isId(businessId)) return;
    const inBusiness = tx.with({ businessId });
    if (token.businessId?.toLowerCase() === businessId)
      await this.members.admit(inBusiness, person.id, ROLE);
    else if (token.identity.email !== null) await this.invitations.acceptOpen(inBusiness, person);
  }

  private proofOf({ expiresAt, provenAt }: ForeignToken): SessionProof {
    const endsAt = minutesAfter(expiresAt, this.config.exchangeMinutes);
    return { signedInWith: ['exchange'], provenAt: provenAt ?? LONG_AGO, endsAt };
  }
}
