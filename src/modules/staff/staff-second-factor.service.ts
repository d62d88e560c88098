import { Injectable } from '@nestjs/common';
import { comparedEmail } from '../../common/email';
import { unauthenticated } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { AuditService } from '../audit/audit.service';
import { wrongPassword } from '../identity/identity.errors';
import { PasswordHasher } from '../identity/password-hasher';
import {
  toAnswer,
  toProof,
  type ReauthenticateRequest,
  type SecondStepRequest,
} from '../identity/second-factors/dto/second-step';
import { mfaTokenInvalid } from '../identity/second-factors/second-factors.errors';
import {
  SecondFactorsService,
  wrongAnswer,
  type AddedPasskey,
  type FactorOwner,
  type RightAnswer,
  type SecondFactors,
  type SecondStepAnswer,
  type TotpSetup,
} from '../identity/second-factors/second-factors.service';
import { SignInChallengesService } from '../identity/second-factors/sign-in-challenges.service';
import {
  PasskeysService,
  type Passkey,
  type PasskeyToRegister,
} from '../identity/passkeys/passkeys.service';
import { SupportSessionsService } from '../support-sessions/support-sessions.service';
import type { StaffAccount } from './staff-account.entity';
import { StaffRepository } from './staff.repository';
import type { StaffSignedIn } from './staff.service';

const REASON = 'staff belong to no tenant';

export interface StaffMe {
  account: StaffAccount;
  factors: SecondFactors;
}

/** The second factor of staff: as that of people, in their own tables and routes. */
@Injectable()
export class StaffSecondFactorService {
  constructor(
    private readonly database: Database,
    private readonly staff: StaffRepository,
    private readonly support: SupportSessionsService,
    private readonly hasher: PasswordHasher,
    private readonly factors: SecondFactorsService,
    private readonly passkeys: PasskeysService,
    private readonly challenges: SignInChallengesService,
    private readonly limiter: GuessLimiter,
    private readonly audit: AuditService,
  ) {}

  /** The second step of a login. @throws 401 mfa_code_invalid, passkey_invalid, mfa_token_invalid, 422, 429 rate_limited */
  async verify(
    context: RequestContext,
    request: SecondStepRequest,
    userAgent: string | null,
  ): Promise<StaffSignedIn> {
    const answer = toAnswer(request);
    const { challenge, account } = await this.database.platform(context, REASON, async (tx) => {
      const found = await this.challenges.get(tx, request.mfaToken, 'staff');
      return { challenge: found, account: await this.staff.get(tx, found.ownerId) };
    });
    const { id, email } = account;
    const owner: FactorOwner = { kind: 'staff', id };
    const guessed = { owner, account: comparedEmail(account), answer };
    const right = await this.challenges.guess(context, challenge, guessed);
    if (!right) return this.refuse(context, account, wrongAnswer(answer));
    const signingIn = context.with({ actor: { kind: 'staff', id, email } });
    const { passwordVersion } = challenge;
    const opened = await this.database.platform(signingIn, REASON, async (tx) => {
      await this.challenges.use(tx, challenge);
      if (!(await this.staff.lockUnchanged(tx, { id, passwordVersion }))) throw mfaTokenInvalid();
      await this.factors.use(tx, owner, right);
      return this.staff.openSession(tx, id, userAgent, ['password', right.method]);
    });
    return { account, opened };
  }

  get(context: RequestContext): Promise<StaffMe> {
    return this.database.platform(context, REASON, async (tx) => {
      const owner = ownerOf(tx);
      const account = await this.staff.get(tx, owner.id);
      return { account, factors: await this.factors.describe(tx, owner) };
    });
  }

  /** @throws 401 unauthenticated, 409 second_factor_exists */
  begin(context: RequestContext): Promise<TotpSetup> {
    return this.change(context, (tx, owner) => this.factors.begin(tx, owner, tx.actor.email!)); // staff have an address
  }

  /** @returns ten recovery codes @throws 401 mfa_code_invalid, 404 second_factor_not_found, 409 second_factor_exists */
  confirm(context: RequestContext, code: string): Promise<string[]> {
    return this.change(context, async (tx, owner) => {
      const codes = await this.factors.confirm(tx, owner, code);
      await this.endOtherSessions(tx, owner);
      return codes;
    });
  }

  /** @throws 404 second_factor_not_found */
  renewCodes(context: RequestContext): Promise<string[]> {
    return this.change(context, async (tx, owner) => {
      const codes = await this.factors.renewCodes(tx, owner);
      await this.audit.recordOfAccount(tx, [], { type: 'staff_account', id: owner.id });
      return codes;
    });
  }

  /** @throws 404 second_factor_not_found */
  remove(context: RequestContext): Promise<void> {
    return this.change(context, async (tx, owner) => {
      await this.factors.removeTotp(tx, owner);
      await this.endOtherSessions(tx, owner);
    });
  }

  /** @throws 401 unauthenticated, 409 passkeys_unavailable, too_many_passkeys */
  beginPasskey(context: RequestContext): Promise<object> {
    return this.change(context, (tx, owner) =>
      this.passkeys.beginRegistration(tx, owner, tx.actor.email!),
    ); // staff have an address
  }

  /** @throws 401 passkey_invalid, 409 passkeys_unavailable, passkey_exists, too_many_passkeys */
  addPasskey(context: RequestContext, given: PasskeyToRegister): Promise<AddedPasskey> {
    return this.change(context, async (tx, owner) => {
      const added = await this.factors.addPasskey(tx, owner, given);
      await this.endOtherSessions(tx, owner);
      return added;
    });
  }

  /** @throws 404 passkey_not_found */
  renamePasskey(context: RequestContext, id: string, name: string): Promise<Passkey> {
    return this.change(context, (tx, owner) => this.passkeys.rename(tx, owner, id, name));
  }

  /** @throws 404 passkey_not_found */
  removePasskey(context: RequestContext, id: string): Promise<void> {
    return this.change(context, async (tx, owner) => {
      await this.factors.removePasskey(tx, owner, id);
      await this.endOtherSessions(tx, owner);
    });
  }

  /** For a proof by passkey. @throws 409 passkeys_unavailable */
  askForProof(context: RequestContext): Promise<object> {
    return this.database.platform(context, REASON, (tx) =>
      this.factors.askForProof(tx, ownerOf(tx)),
    );
  }

  /** @throws 401 mfa_code_invalid, passkey_invalid, 403 wrong_password, 422, 429 rate_limited */
  async prove(context: RequestContext, request: ReauthenticateRequest): Promise<void> {
    const proof = toProof(request);
    const owner = ownerOf(context);
    const account = await this.database.platform(context, REASON, (tx) =>
      this.staff.get(tx, owner.id),
    );
    const right =
      'password' in proof
        ? await this.checkPassword(context, account, proof.password)
        : await this.checkCode(context, account, proof);
    await this.database.platform(context, REASON, async (tx) => {
      if (!(await this.staff.lockUnchanged(tx, account))) throw wrongPassword(); // password or factors changed since
      if (!(await this.staff.lockOwnSession(tx))) throw unauthenticated();
      if (right) await this.factors.use(tx, owner, right);
      await this.staff.markProven(tx);
    });
  }

  private async checkPassword(
    context: RequestContext,
    account: StaffAccount,
    password: string,
  ): Promise<null> {
    const { isRight } = await this.limiter.attempt(
      context,
      'staff_password',
      comparedEmail(account),
      () => this.hasher.verify(password, account.passwordHash),
    );
    return isRight ? null : this.refuse(context, account, wrongPassword());
  }

  private async checkCode(
    context: RequestContext,
    account: StaffAccount,
    answer: SecondStepAnswer,
  ): Promise<RightAnswer> {
    const owner = ownerOf(context);
    const guessed = { owner, account: comparedEmail(account), answer };
    const right = await this.challenges.guess(context, null, guessed);
    return right ?? this.refuse(context, account, wrongAnswer(answer));
  }

  private change<T>(
    context: RequestContext,
    work: (tx: Transaction, owner: FactorOwner) => Promise<T>,
  ): Promise<T> {
    return this.database.platform(context, REASON, async (tx) => {
      const owner = ownerOf(tx);
      await this.staff.lock(tx, owner.id);
      if (!(await this.staff.lockOwnSession(tx))) throw unauthenticated();
      return work(tx, owner);
    });
  }

  /** Support sessions end with the staff session under which they were opened. */
  private async endOtherSessions(tx: Transaction, { id }: FactorOwner): Promise<void> {
    await this.staff.endAllSessions(tx, id, tx.staffSessionId);
    await this.support.endAllOfStaff(tx, id);
  }

  private async refuse(
    context: RequestContext,
    { id, email }: StaffAccount,
    refusal: Error,
  ): Promise<never> {
    const actor = { kind: 'staff' as const, id: null, email };
    const failing = context.with({ action: 'staff_session.fail', actor });
    await this.database.platform(failing, REASON, (tx) =>
      this.audit.recordOfAccount(tx, [], { type: 'staff_account', id }),
    );
    throw refusal;
  }
}

function ownerOf({ actor }: RequestContext): FactorOwner {
  return { kind: 'staff', id: actor.id! }; // the guard admits only staff
}
