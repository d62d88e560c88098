import { Injectable } from '@nestjs/common';
import { businessNotFound } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { invalidCredentials } from '../identity/identity.errors';
import type { SessionProof } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { AccountsRepository, type Membership } from './accounts.repository';
import { SecondStepService } from './second-step.service';
import { isActive, SessionOpening, type SignedIn } from './session-opening';

export type { SignedIn };

const LONG_AGO = new Date(0);
const REASON = 'the person signing in is in no business yet';

/** A person whom an identity provider has proven. */
export interface ProvenPerson {
  userId: string;
  /** Undefined: the one used last. */
  businessId: string | undefined;
  userAgent: string | null;
  proof: SessionProof;
}

/** Logs in people whose first step was made elsewhere; the second one is asked for here, as after a password. */
@Injectable()
export class ProvenElsewhereService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly secondStep: SecondStepService,
    private readonly opening: SessionOpening,
  ) {}

  /** @throws 401 mfa_required, 404 business_not_found without an active membership in it */
  async open(context: RequestContext, proven: ProvenPerson): Promise<SignedIn> {
    const memberships = await this.database.platform(context, REASON, (tx) =>
      this.load(tx, proven.userId),
    );
    const [person] = memberships as [Membership];
    const place = memberships.find((each) => isActive(each, proven.businessId)) ?? null;
    if (!place && proven.businessId !== undefined) throw businessNotFound();
    if (person.hasSecondFactor)
      throw await this.secondStep.demand(context, person, place?.memberId ?? null, proven.proof);
    const { userId, passwordVersion } = person;
    const { userAgent } = proven;
    const proof = proofFor(person, proven.proof);
    const signingIn = { userId, passwordVersion, userAgent, proof };
    const actor = {
      kind: 'person' as const,
      id: place?.memberId ?? userId,
      email: person.email,
    };
    return this.database.platform(context.with({ actor }), REASON, async (tx) => {
      const signedIn = await this.opening.open(tx, place, signingIn);
      if (!signedIn) throw invalidCredentials(); // removed, or factors changed, meanwhile
      return signedIn;
    });
  }

  private async load(tx: Transaction, userId: string): Promise<Membership[]> {
    const { email } = await this.users.get(tx, userId);
    return this.accounts.listMemberships(tx, email);
  }
}

/** What concerns more than the company's own business needs the password, where there is one. */
function proofFor({ passwordHash }: Membership, proof: SessionProof): SessionProof {
  const isByCompany = proof.signedInWith.includes('sso');
  return isByCompany && passwordHash !== null ? { ...proof, provenAt: LONG_AGO } : proof;
}
