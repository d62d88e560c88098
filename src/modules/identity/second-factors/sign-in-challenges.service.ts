import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { SignInMethod } from '../../../common/access/sign-in-methods';
import type { DomainError } from '../../../common/problem';
import { newId } from '../../../common/ids';
import { hashToken } from '../../../common/token';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { GuessLimiter } from '../../../platform/rate-limit/guess-limiter';
import { askedOf } from '../passkeys/passkey-challenges';
import { PasskeysService } from '../passkeys/passkeys.service';
import { columnsOf, type FactorOwner } from './factor-owner';
import { mfaRequired, mfaTokenInvalid, type SecondStep } from './second-factors.errors';
import {
  SecondFactorsService,
  type RightAnswer,
  type SecondFactors,
  type SecondStepAnswer,
} from './second-factors.service';

const TOKEN_BYTES = 32;
const LIFETIME_MS = 5 * 60_000;
const REASON = 'people and staff belong to no tenant';

/** A login with the right password that waits for its second step. */
export interface Challenge {
  id: string;
  ownerId: string;
  /** Whose business it enters; null: none. */
  memberId: string | null;
  passwordVersion: number;
  /** The first step, and until when its session counts. */
  signedInWith: SignInMethod[];
  endsAt: Date | null;
}

/** Logins between password and second factor: no session yet, for 5 minutes and five tries. */
@Injectable()
export class SignInChallengesService {
  constructor(
    private readonly database: Database,
    private readonly factors: SecondFactorsService,
    private readonly passkeys: PasskeysService,
    private readonly limiter: GuessLimiter,
  ) {}

  /** @returns the refusal of the login, with the token for its second step */
  async open(
    context: RequestContext,
    owner: FactorOwner,
    checked: Omit<Challenge, 'id' | 'ownerId'>,
  ): Promise<DomainError> {
    const mfaToken = randomBytes(TOKEN_BYTES).toString('base64url');
    return this.database.platform(context, REASON, async (tx) => {
      const id = newId();
      const { memberId, passwordVersion, signedInWith, endsAt } = checked;
      const made = [id, hashToken(mfaToken), memberId, passwordVersion, signedInWith, endsAt];
      const expiresAt = new Date(tx.now.getTime() + LIFETIME_MS);
      await tx.execute(OPEN, [...columnsOf(owner), ...made, tx.now, expiresAt]);
      const factors = await this.factors.describe(tx, owner);
      const methods = methodsOf(factors, this.passkeys.areOn);
      const asked = askedOf(owner, id);
      const passkeyOptions = methods.includes('passkey')
        ? await this.passkeys.ask(tx, asked, factors.passkeys)
        : null;
      return mfaRequired({ members: { mfaToken, methods, passkeyOptions } });
    });
  }

  /** @throws 401 mfa_token_invalid */
  async get(tx: Transaction, mfaToken: string, kind: FactorOwner['kind']): Promise<Challenge> {
    const [challenge] = await tx.query<Challenge>(FIND[kind], [hashToken(mfaToken), tx.now]);
    if (!challenge) throw mfaTokenInvalid();
    return challenge;
  }

  /**
   * Makes a guess: counted per account, and five per token. Call it outside transactions.
   * @param challenge null: of a person or staff member who is logged in and gives a recent proof
   * @param account the address as it is compared
   * @returns null for a wrong answer
   * @throws 401 mfa_token_invalid, 429 rate_limited
   */
  async guess(
    context: RequestContext,
    challenge: Challenge | null,
    guessed: { owner: FactorOwner; account: string; answer: SecondStepAnswer },
  ): Promise<RightAnswer | null> {
    const { owner, account, answer } = guessed;
    const guess = owner.kind === 'user' ? 'second_factor' : 'staff_second_factor';
    const { right } = await this.limiter.attempt(context, guess, account, () =>
      this.database.platform(context, REASON, async (tx) => {
        if (challenge) await this.countTry(tx, challenge);
        const asked = askedOf(owner, challenge?.id ?? null);
        const found = await this.factors.check(tx, owner, answer, asked);
        return { isRight: found !== null, right: found };
      }),
    );
    return right;
  }

  private async countTry(tx: Transaction, { id }: Challenge): Promise<void> {
    if ((await tx.execute(COUNT_TRY, [id, tx.now])) === 0) throw mfaTokenInvalid();
  }

  /** Uses the token up: of concurrent calls, one succeeds. @throws 401 mfa_token_invalid */
  async use(tx: Transaction, { id }: Challenge): Promise<void> {
    const used = await tx.execute('DELETE FROM sign_in_challenges WHERE id = $1', [id]);
    if (used === 0) throw mfaTokenInvalid();
  }

  /** Deletes expired ones. */
  async prune(tx: Transaction): Promise<void> {
    await tx.execute('DELETE FROM sign_in_challenges WHERE expires_at < $1', [tx.now]);
  }
}

function methodsOf(
  { totp, passkeys, recoveryCodesLeft }: SecondFactors,
  arePasskeysOn: boolean,
): SecondStep[] {
  return [
    ...(arePasskeysOn && passkeys.length > 0 ? (['passkey'] as const) : []),
    ...(totp ? (['totp'] as const) : []),
    ...(recoveryCodesLeft > 0 ? (['recovery_code'] as const) : []),
  ];
}

const OPEN = `
  INSERT INTO sign_in_challenges (user_id, staff_id, id, token_hash, member_id, password_version, signed_in_with, ends_at, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

const ALIVE = 'expires_at > $2 AND tries < 5';

const COUNT_TRY = `UPDATE sign_in_challenges SET tries = tries + 1 WHERE id = $1 AND ${ALIVE}`;

const findBy = (column: string): string => `
  SELECT id, owner_id AS "ownerId", member_id AS "memberId", password_version AS "passwordVersion",
         signed_in_with AS "signedInWith", ends_at AS "endsAt"
  FROM sign_in_challenges WHERE token_hash = $1 AND ${ALIVE} AND ${column} IS NOT NULL`;

const FIND = { user: findBy('user_id'), staff: findBy('staff_id') };
