import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { foldEmail } from '../../common/email';
import { DomainError } from '../../common/problem';
import { CONFIG, type Config } from '../config/config';
import { Database } from '../database/database';
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
 * before it is made and given back when it was right: a hundred tries at once do not slip through together.
 */
@Injectable()
export class GuessLimiter {
  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Counts a try. @throws 429 rate_limited, whether the guess would have been right or not */
  async count(guess: Guess, account: string | null, ip: string | null): Promise<void> {
    const limit = this.limitOf(guess);
    if (limit === null) return;
    if (account !== null)
      await this.consume(`${guess}_account`, limit, ACCOUNT_WINDOW_SECONDS, keyOf(account));
    if (ip !== null)
      await this.consume(
        `${guess}_address`,
        limit * ADDRESS_FACTOR,
        ACCOUNT_WINDOW_SECONDS,
        keyOf(ip),
      );
  }

  /** Counts for an account like `count`, and says whether it is still within the limit. */
  async mayGoOn(guess: Guess, account: string): Promise<boolean> {
    try {
      await this.count(guess, account, null);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.definition === rateLimitedProblem.definition)
        return false;
      throw error;
    }
  }

  /** The guess was right: the account is free again, and the address gets its try back. */
  async forgive(guess: Guess, account: string | null, ip: string | null): Promise<void> {
    const limit = this.limitOf(guess);
    if (limit === null) return;
    if (account !== null)
      await this.limiter(`${guess}_account`, limit, ACCOUNT_WINDOW_SECONDS).delete(keyOf(account));
    if (ip !== null)
      await this.limiter(`${guess}_address`, limit * ADDRESS_FACTOR, ACCOUNT_WINDOW_SECONDS).reward(
        keyOf(ip),
      );
  }

  /** Counts a sign-up from an address. @throws 429 rate_limited */
  async countSignup(ip: string | null): Promise<void> {
    const limit = this.config.rateLimitSignups;
    if (limit !== null && ip !== null)
      await this.consume('signup_address', limit, SIGNUP_WINDOW_SECONDS, keyOf(ip));
  }

  /** Forgets what has run out. */
  async prune(now: Date): Promise<void> {
    await this.database.statement('DELETE FROM guesses WHERE expire < $1', [now.getTime()]);
  }

  private limitOf(guess: Guess): number | null {
    const { rateLimitFailures } = this.config;
    const isStaff = guess === 'staff_login';
    return rateLimitFailures === null
      ? null
      : Math.ceil(isStaff ? rateLimitFailures / 2 : rateLimitFailures);
  }

  private async consume(
    policy: string,
    limit: number,
    windowSeconds: number,
    key: string,
  ): Promise<void> {
    try {
      await this.limiter(policy, limit, windowSeconds).consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw rateLimited(policy, limit, windowSeconds, refusal.msBeforeNext);
    }
  }

  private limiter(keyPrefix: string, points: number, duration: number): RateLimiterPostgres {
    return new RateLimiterPostgres({
      storeClient: {
        query: ({ text, values }: { text: string; values: unknown[] }) =>
          this.database.statement(text, values),
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
