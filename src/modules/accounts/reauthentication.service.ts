import { Injectable } from '@nestjs/common';
import { comparedEmail } from '../../common/email';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { GuessLimiter } from '../../platform/rate-limit/guess-limiter';
import { AuditService } from '../audit/audit.service';
import { wrongPassword } from '../identity/identity.errors';
import { PasswordHasher } from '../identity/password-hasher';
import {
  toProof,
  type Proof,
  type ReauthenticateRequest,
} from '../identity/second-factors/dto/second-step';
import {
  SecondFactorsService,
  wrongAnswer,
  type FactorOwner,
  type RightAnswer,
} from '../identity/second-factors/second-factors.service';
import { SignInChallengesService } from '../identity/second-factors/sign-in-challenges.service';
import { SessionsRepository } from '../identity/sessions.repository';
import type { User } from '../identity/user.entity';
import { UsersRepository } from '../identity/users.repository';
import { AccountsRepository } from './accounts.repository';

const REASON = 'people belong to no tenant';

/** Proves again who the owner of a session is, for what needs a recent proof. */
@Injectable()
export class ReauthenticationService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly users: UsersRepository,
    private readonly sessions: SessionsRepository,
    private readonly hasher: PasswordHasher,
    private readonly factors: SecondFactorsService,
    private readonly challenges: SignInChallengesService,
    private readonly limiter: GuessLimiter,
    private readonly audit: AuditService,
  ) {}

  /** For a proof by passkey. @throws 409 passkeys_unavailable */
  ask(context: RequestContext): Promise<object> {
    return this.database.platform(context, REASON, (tx) =>
      this.factors.askForProof(tx, { kind: 'user', id: context.requirePerson().userId }),
    );
  }

  /** @throws 401 mfa_code_invalid, passkey_invalid, 403 wrong_password, 422, 429 rate_limited */
  async prove(context: RequestContext, request: ReauthenticateRequest): Promise<void> {
    const proof = toProof(request);
    const user = await this.database.platform(context, REASON, (tx) =>
      this.users.get(tx, context.requirePerson().userId),
    );
    const right =
      'password' in proof
        ? await this.checkPassword(context, user, proof.password)
        : await this.checkCode(context, user, proof);
    const owner: FactorOwner = { kind: 'user', id: user.id };
    await this.database.platform(context, REASON, async (tx) => {
      if (!(await this.users.lockUnchanged(tx, user))) throw wrongPassword(); // password or factors changed since
      await this.sessions.lockOwn(tx);
      if (right) await this.factors.use(tx, owner, right);
      await this.sessions.markProven(tx);
      await this.audit.recordOfAccount(tx, tx.businessId ? [tx.businessId] : [], {
        type: 'user',
        id: user.id,
      });
    });
  }

  private async checkPassword(
    context: RequestContext,
    user: User,
    password: string,
  ): Promise<null> {
    const { isRight } = await this.limiter.attempt(
      context,
      'password_change',
      comparedEmail(user),
      () => this.hasher.verify(password, user.passwordHash),
    );
    if (!isRight) return this.refuse(context, user, wrongPassword());
    return null;
  }

  private async checkCode(
    context: RequestContext,
    user: User,
    answer: Exclude<Proof, { password: string }>,
  ): Promise<RightAnswer> {
    const owner: FactorOwner = { kind: 'user', id: user.id };
    const guessed = { owner, account: comparedEmail(user), answer };
    const right = await this.challenges.guess(context, null, guessed);
    return right ?? this.refuse(context, user, wrongAnswer(answer));
  }

  private async refuse(context: RequestContext, { id }: User, refusal: Error): Promise<never> {
    const failing = context.with({ action: 'session.fail' });
    await this.database.platform(failing, REASON, async (tx) => {
      const businessIds = await this.accounts.listBusinessIds(tx, id);
      await this.audit.recordOfAccount(tx, businessIds, { type: 'user', id });
    });
    throw refusal;
  }
}
