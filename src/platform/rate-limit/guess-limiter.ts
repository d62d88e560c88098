import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { foldEmail } from '../../common/email';
import { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../config/config';
import { Database } from '../database/database';
import type { Transaction } from '../database/transaction';
import { networkOf } from './client-network';
import { consume } from './consume';
import { GuessTurns } from './guess-turns';
import { rateLimitedProblem } from './rate-limit.errors';

const ACCOUNT_WINDOW_SECONDS = 15 * 60;
const SIGNUP_WINDOW_SECONDS = 60 * 60;
const ADDRESS_FACTOR = 10; // an office behind one address has more people than one account
const ADDRESS_SHARE = 4; // a quarter of an address's limit may be in flight in one process

type Guess =
  | 'login'
  | 'staff_login'
  | 'password_change'
  | 'password_forgot'
  | 'password_mail'
  | 'one_time_key';

/**
 * Limits guessing, per account and per address, in PostgreSQL, so that replicas count together. A try is counted
 * before it is made and refunded when it was right: a hundred concurrent tries do not slip through. Call it outside
 * transactions: a guess counts even where its transaction is rolled back.
 */
@Injectable()
export class GuessLimiter {
  private readonly turns = new GuessTurns();

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Counts a try, right or wrong, until `forgive`. @throws 429 rate_limited, whether the guess would have been right or not */
  async count(
    context: RequestContext,
    guess: Guess,
    account: string | null,
    ip: string | null,
  ): Promise<void> {
    const limit = this.limitOf(guess);
    if (limit === null) return;
    if (account !== null) await consume(this.ofAccount(context, guess, limit), keyOf(account));
    if (ip !== null) await consume(this.ofAddress(context, guess, limit), keyOfAddress(ip));
  }

  /**
   * Makes a guess: counted before, kept when it was wrong. A right one resets the account and refunds the address's
   * try; one that could not be made counts for neither. One guess per account is in flight at a time.
   * @param work returns whether the guess was right
   * @throws 429 rate_limited, whether the guess would have been right or not, 503 overloaded
   */
  async attempt<T extends { isRight: boolean }>(
    context: RequestContext,
    guess: Guess,
    account: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const limit = this.limitOf(guess);
    if (limit === null) return work();
    const { ip } = context;
    const atOnce = Math.ceil((limit * ADDRESS_FACTOR) / ADDRESS_SHARE);
    const address = ip === null ? null : { key: `${guess} ${keyOfAddress(ip)}`, atOnce };
    return this.turns.run(`${guess} ${keyOf(account)}`, address, async () => {
      const made = await this.reserve(context, guess, account, limit, work);
      if (made.isRight) await this.forgive(context, guess, account, ip);
      return made;
    });
  }

  /** Counts first, and refunds when the guess is not made: it fails, or the address has no try left. */
  private async reserve<T>(
    context: RequestContext,
    guess: Guess,
    account: string,
    limit: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const { ip } = context;
    await consume(this.ofAccount(context, guess, limit), keyOf(account));
    try {
      if (ip !== null) await consume(this.ofAddress(context, guess, limit), keyOfAddress(ip));
      return await work();
    } catch (error) {
      await this.ofAccount(context, guess, limit).reward(keyOf(account));
      if (ip !== null) await this.ofAddress(context, guess, limit).reward(keyOfAddress(ip));
      throw error;
    }
  }

  /** Counts for an account like `count`, and returns whether it is still within the limit. */
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

  /** The guess was right: resets the account and refunds the address's try. */
  async forgive(
    context: RequestContext,
    guess: Guess,
    account: string | null,
    ip: string | null,
  ): Promise<void> {
    const limit = this.limitOf(guess);
    if (limit === null) return;
    if (account !== null) await this.ofAccount(context, guess, limit).delete(keyOf(account));
    if (ip !== null) await this.ofAddress(context, guess, limit).reward(keyOfAddress(ip));
  }

  /** Counts a sign-up from an address. @throws 429 rate_limited */
  async countSignup(context: RequestContext): Promise<void> {
    const { ip } = context;
    const limit = this.config.rateLimitSignups;
    if (limit !== null && ip !== null)
      await consume(
        this.limiter(context, 'signup_address', limit, SIGNUP_WINDOW_SECONDS),
        keyOfAddress(ip),
      );
  }

  /** Deletes expired rows. */
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

  private ofAccount(context: RequestContext, guess: Guess, limit: number): RateLimiterPostgres {
    return this.limiter(context, `${guess}_account`, limit, ACCOUNT_WINDOW_SECONDS);
  }

  private ofAddress(context: RequestContext, guess: Guess, limit: number): RateLimiterPostgres {
    const points = limit * ADDRESS_FACTOR;
    return this.limiter(context, `${guess}_address`, points, ACCOUNT_WINDOW_SECONDS);
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

/** Normalised before counting; hashed, so that the table does not reveal who has an account. */
function keyOf(text: string): string {
  return createHash('sha256').update(foldEmail(text.trim())).digest('base64url');
}

/** An IPv6 address counts with its /64. */
function keyOfAddress(ip: string): string {
  return keyOf(networkOf(ip));
}
