import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { foldEmail } from '../../common/email';
import { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../config/config';
import { Database } from '../database/database';
import type { Transaction } from '../database/transaction';
import { rateLimited, rateLimitedProblem } from './rate-limit.errors';

const ACCOUNT_WINDOW_SECONDS = 15 * 60;
const SIGNUP_WINDOW_SECONDS = 60 * 60;
const ADDRESS_FACTOR = 10; // an office behind one address has more people than one account

type Guess =
  | 'login'
  | 'staff_login'
  | 'password_change'
  | 'password_forgot'
  | 'password_mail'
  | 'one_time_key';

/**
 * Stops guessing, per account and per address, in PostgreSQL, so that replicas count together. A try is counted
 * before it is made and given back when it was right: a hundred tries at once do not slip through together. Call it
 * outside transactions: a guess counts even where its transaction is rolled back.
 */
@Injectable()
export class GuessLimiter {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Counts a try. @throws 429 rate_limited, whether the guess would have been right or not */
  async count(
    context: RequestContext,
    guess: Guess,
    account: string | null,
    ip: string | null,
  ): Promise<void> {
    const limit = this.limitOf(guess);
    if (limit === null) return;
    if (account !== null)
      await this.consume(
        context,
        `${guess}_account`,
        limit,
        ACCOUNT_WINDOW_SECONDS,
        keyOf(account),
      );
    if (ip !== null)
      await this.consume(
        context,
        `${guess}_address`,
        limit * ADDRESS_FACTOR,
        ACCOUNT_WINDOW_SECONDS,
        keyOf(ip),
      );
  }

  /** Counts for an account like `count`, and says whether it is still within the limit. */
  async mayGoOn(context: RequestContext, guess: Guess, account: string): Promise<boolean> {
    try {
      await this.count(context, guess, account, null);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.definition === rateLimitedProblem.definition)
        return false;
      throw error;
    }
  }

  /** The guess was right: the account is free again, and the address gets its try back. */
  async forgive(
    context: RequestContext,
    guess: Guess,
    account: string | null,
    ip: string | null,
  ): Promise<void> {
    const limit = this.limitOf(guess);
    if (limit === null) return;
    if (account !== null)
      await this.limiter(context, `${guess}_account`, limit, ACCOUNT_WINDOW_SECONDS).delete(
        keyOf(account),
      );
    if (ip !== null)
      await this.limiter(
        context,
        `${guess}_address`,
        limit * ADDRESS_FACTOR,
        ACCOUNT_WINDOW_SECONDS,
      ).reward(keyOf(ip));
  }

  /** Counts a sign-up from an address. @throws 429 rate_limited */
  async countSignup(context: RequestContext): Promise<void> {
    const { ip } = context;
    const limit = this.config.rateLimitSignups;
    if (limit !== null && ip !== null)
      await this.consume(context, 'signup_address', limit, SIGNUP_WINDOW_SECONDS, keyOf(ip));
  }

  /** Forgets what has run out. */
  async prune(tx: Transaction): Promise<void> {
    await tx.execute('DELETE FROM guesses WHERE expire < $1', [tx.now.getTime()]);
  }

  private limitOf(guess: Guess): number | null {
    const { rateLimitFailures } = this.config;
    const isStaff = guess === 'staff_login';
    return rateLimitFailures === null
      ? null
      : Math.ceil(isStaff ? rateLimitFailures / 2 : rateLimitFailures);
  }

  private async consume(
    context: RequestContext,
    policy: string,
    limit: number,
    windowSeconds: number,
    key: string,
  ): Promise<void> {
    try {
      await this.limiter(context, policy, limit, windowSeconds).consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw rateLimited(policy, limit, windowSeconds, refusal.msBeforeNext);
    }
  }

  private limiter(
    context: RequestContext,
    keyPrefix: string,
    points: number,
    duration: number,
  ): RateLimiterPostgres {
    return new RateLimiterPostgres({
      storeClient: {
        query: ({ text, values }: { text: string; values: unknown[] }) =>
          this.database.statement(context, text, values),
      },
      storeType: 'pool',
      tableName: 'guesses',
      tableCreated: true,
      clearExpiredByTimeout: false,
      ...{ keyPrefix, points, duration },
    });
  }
}

/** Normalised before it is counted; hashed, so that the table tells nobody who has an account. */
function keyOf(text: string): string {
  return createHash('sha256').update(foldEmail(text.trim())).digest('base64url');
}
