import { Injectable } from '@nestjs/common';
import { comparedEmail } from '../../common/email';
import type { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { AuditService } from '../audit/audit.service';
import { mfaTokenInvalid } from '../identity/second-factors/second-factors.errors';
import {
  SecondFactorsService,
  wrongAnswer,
  type FactorOwner,
  type RightAnswer,
} from '../identity/second-factors/second-factors.service';
import {
  SignInChallengesService,
  type Challenge,
} from '../identity/second-factors/sign-in-challenges.service';
import { toAnswer, type SecondStepRequest } from '../identity/second-factors/dto/second-step';
import type { SessionProof } from '../identity/sessions.repository';
import { UsersRepository } from '../identity/users.repository';
import { AccountsRepository, type Membership } from './accounts.repository';
import { LostFactorsRepository } from './lost-factors.repository';
import { SessionOpening, type SignedIn } from './session-opening';

const REASON = 'the person logging in is unknown';

/** A login between its password and its session. */
interface Waiting {
  challenge: Challenge;
  person: Membership;
  memberships: Membership[];
}

/** The second step of a login. */
@Injectable()
export class SecondStepService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly challenges: SignInChallengesService,
    private readonly factors: SecondFactorsService,
    private readonly resets: LostFactorsRepository,
    private readonly opening: SessionOpening,
    private readonly audit: AuditService,
  ) {}

  /** Ends a login whose first step was right. @returns its refusal, with the token for the second step */
  demand(
    context: RequestContext,
    { userId, passwordVersion }: Membership,
    memberId: string | null,
    { signedInWith, endsAt }: SessionProof,
  ): Promise<DomainError> {
    const owner: FactorOwner = { kind: 'user', id: userId };
    return this.challenges.open(context, owner, {
      memberId,
      passwordVersion,
      signedInWith,
      endsAt,
    });
  }

  /**
   * Opens the session that the login was for.
   * @throws 401 mfa_code_invalid, passkey_invalid, mfa_token_invalid, 422, 429 rate_limited
   */
  async verify(
    context: RequestContext,
    request: SecondStepRequest,
    userAgent: string | null,
  ): Promise<SignedIn> {
    const answer = toAnswer(request);
    // 1. Load the login that waits, and whose it is.
    const waiting = await this.database.platform(context, REASON, (tx) =>
      this.load(tx, request.mfaToken),
    );
    const { challenge, person } = waiting;
    const owner: FactorOwner = { kind: 'user', id: challenge.ownerId };
    // 2. Check.
    const account = comparedEmail(person);
    const right = await this.challenges.guess(context, challenge, { owner, account, answer });
    if (!right) return this.refuse(context, waiting, wrongAnswer(answer));
    // 3. Write.
    const actor = {
      kind: 'person' as const,
      id: challenge.memberId ?? person.userId,
      email: person.email,
    };
    return this.database.platform(context.with({ actor }), REASON, (tx) =>
      this.open(tx, waiting, right, userAgent),
    );
  }

  private async load(tx: Transaction, mfaToken: string): Promise<Waiting> {
    const challenge = await this.challenges.get(tx, mfaToken, 'user');
    const { email } = await this.users.get(tx, challenge.ownerId);
    const memberships = await this.accounts.listMemberships(tx, email);
    return { challenge, person: memberships[0]!, memberships };
  }

  private async open(
    tx: Transaction,
    { challenge, memberships }: Waiting,
    right: RightAnswer,
    userAgent: string | null,
  ): Promise<SignedIn> {
    const { ownerId: userId, memberId, passwordVersion, endsAt } = challenge;
    await this.challenges.use(tx, challenge);
    const signedInWith = [...challenge.signedInWith, right.method];
    const proof = { signedInWith, provenAt: null, endsAt };
    const signingIn = { userId, passwordVersion, userAgent, proof };
    const place = memberships.find((each) => memberId !== null && each.memberId === memberId);
    const signedIn = memberId
      ? place &&
        (await this.opening.openIn(tx.with({ businessId: place.businessId }), memberId, signingIn))
      : await this.opening.openOutside(tx, signingIn);
    if (!signedIn) throw mfaTokenInvalid(); // removed, or password or factors changed, since the password was checked
    await this.factors.use(tx, { kind: 'user', id: userId }, right);
    await this.resets.cancelOpen(tx, userId); // the factor is not lost
    return signedIn;
  }

  private async refuse(
    context: RequestContext,
    { person: { userId, email }, memberships }: Waiting,
    refusal: DomainError,
  ): Promise<never> {
    const businessIds = memberships.flatMap(({ businessId }) => (businessId ? [businessId] : []));
    const actor = { kind: 'person' as const, id: null, email };
    const failing = context.with({ action: 'session.fail', actor });
    await this.database.platform(failing, REASON, (tx) =>
      this.audit.recordOfAccount(tx, businessIds, { type: 'user', id: userId }),
    );
    throw refusal;
  }
}
