import { Inject, Injectable } from '@nestjs/common';
import type { RateLimiterPostgres } from 'rate-limiter-flexible';
import { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../config/config';
import { Database } from '../database/database';
import type { Transaction } from '../database/transaction';
import { neighbourhoodOf, networkOf } from './client-network';
import { consume, hashedKey, limiterOf } from './consume';
import { GuessTurns } from './guess-turns';
import { rateLimitedProblem } from './rate-limit.errors';

const ACCOUNT_WINDOW_SECONDS = 15 * 60;
const SIGNUP_WINDOW_SECONDS = 60 * 60;
const ADDRESS_FACTOR = 10; // an office behind one address has more people than one account
const ADDRESS_SHARE = 4; // a quarter of an address's limit may be in flight in one process

type Guess =
  | 'login'
  | 'staff_login'
  | 'second_factor'
  | 'staff_second_factor'
  | 'passkey'
  | 'staff_passkey'
  | 'password_change'
  | 'staff_password'
  | 'password_forgot'
  | 'password_mail'
  | 'one_time_key'
  | 'foreign_token';

/** A right password marks its network as known, and is accepted from it while the account is locked. */
const KNOWS_NETWORKS: ReadonlySet<Guess> = new Set(['login', 'staff_login']);
const KNOWN_SECONDS = 90 * 86_400;

interface Attempt {
  context: RequestContext;
  guess: Guess;
  account: string;
  limit: number;
}

interface Counter {
  limiter: RateLimiterPostgres;
  key: string;
}

/**
 * Limits guessing, per account and per address, in PostgreSQL, so that replicas count together. A try is counted
 * before it is made and refunded when it was right: a hundred concurrent tries do not slip through. Call it outside
 * transactions: a guess counts even where its transaction is rolled back. An account goes by its address as it is compared
 * (`comparedEmail`), so that spellings of it count together.
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
    if (account !== null) await consume(this.ofAccount(context, guess, limit), hashedKey(account));
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
    const atOnce = Math.ceil((limit * ADDRESS_FACTOR) / ADDRESS_SHARE);
    const { ip } = context;
    const address = ip === null ? null : { key: `${guess} ${keyOfAddress(ip)}`, atOnce };
    const line = `${guess} ${keyOfPlace(account, ip)}`; // guesses from other networks do not delay a right one
    return this.turns.run(line, address, () =>
      this.attemptInTurn({ context, guess, account, limit }, work),
    );
  }

  private async attemptInTurn<T extends { isRight: boolean }>(
    attempt: Attempt,
    work: () => Promise<T>,
  ): Promise<T> {
    const { context, guess, account, limit } = attempt;
    const ofAccount = { limiter: this.ofAccount(context, guess, limit), key: hashedKey(account) };
    const locked = await refusalOf(ofAccount);
    if (locked) return this.attemptWhileLocked(attempt, locked, work);
    const made = await this.reserve(attempt, ofAccount, work);
    if (!made.isRight) return made;
    await this.forgive(context, guess, account, context.ip);
    await this.remember(context, guess, account);
    return made;
  }

  /**
   * The account is locked. A right password is still accepted from a network that it came from before. Every other try
   * is made and refused, as often as the limit for each network: neither the answer nor its time tells which networks
   * are known (docs/decisions/0026-known-networks.md).
   */
  private async attemptWhileLocked<T extends { isRight: boolean }>(
    attempt: Attempt,
    locked: DomainError,
    work: () => Promise<T>,
  ): Promise<T> {
    const { context, guess, account, limit } = attempt;
    if (!KNOWS_NETWORKS.has(guess) || context.ip === null) throw locked;
    const policy = `${guess}_network`;
    const limiter = this.limiter(context, policy, limit, ACCOUNT_WINDOW_SECONDS);
    const ofPlace = { limiter, key: keyOfPlace(account, context.ip) };
    if (await refusalOf(ofPlace)) throw locked;
    const made = await this.reserve(attempt, ofPlace, work);
    const isKnown = (await this.known(context, guess).get(ofPlace.key)) !== null;
    if (!made.isRight || !isKnown) throw locked;
    await limiter.delete(ofPlace.key);
    await this.forgive(context, guess, null, context.ip);
    await this.remember(context, guess, account);
    return made;
  }

  /** What was counted is refunded when the guess is not made: it fails, or the address has no try left. */
  private async reserve<T>(
    { context, guess, limit }: Attempt,
    counted: Counter,
    work: () => Promise<T>,
  ): Promise<T> {
    const { ip } = context;
    try {
      if (ip !== null) await consume(this.ofAddress(context, guess, limit), keyOfAddress(ip));
      return await work();
    } catch (error) {
      await counted.limiter.reward(counted.key);
      if (ip !== null) await this.ofAddress(context, guess, limit).reward(keyOfAddress(ip));
      throw error;
    }
  }

  /**
   * The person is authenticated: from now on, a right password from this network is accepted while the account is
   * locked.
   */
  async remember(context: RequestContext, guess: Guess, account: string): Promise<void> {
    const { ip } = context;
    if (this.limitOf(guess) === null || ip === null || !KNOWS_NETWORKS.has(guess)) return;
    await this.known(context, guess).set(keyOfPlace(account, ip), 0, KNOWN_SECONDS);
  }

  /** Counts for an account like `count`, and returns whether it is still within the limit. */
  async mayGoOn(context: RequestContext, guess: Guess, account: string): Promise<boolean> {
    const limit = this.limitOf(guess);
    if (limit === null) return true;
    const ofAccount = { limiter: this.ofAccount(context, guess, limit), key: hashedKey(account) };
    return (await refusalOf(ofAccount)) === null;
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
    if (account !== null) await this.ofAccount(context, guess, limit).delete(hashedKey(account));
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
    const isStaff = guess.startsWith('staff_');
    return rateLimitFailures === null
      ? null
      : Math.ceil(isStaff ? rateLimitFailures / 2 : rateLimitFailures);
  }

  private known(context: RequestContext, guess: Guess): RateLimiterPostgres {
    return this.limiter(context, `${guess}_known`, 1, KNOWN_SECONDS);
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
    return limiterOf({ keyPrefix, points, duration }, async (text, values) => {
      const { rows } = await this.database.statement(context, text, values);
      return rows;
    });
  }
}

/** An IPv6 address counts with its /64. */
function keyOfAddress(ip: string): string {
  return hashedKey(networkOf(ip));
}

/** An account in a network: the /24 of an IPv4 address, whose addresses providers pass around, the /64 of an IPv6 one. */
function keyOfPlace(account: string, ip: string | null): string {
  return hashedKey(`${account} ${ip === null ? '' : neighbourhoodOf(ip)}`);
}

/** Counts one. @returns the refusal past the limit, or null */
async function refusalOf({ limiter, key }: Counter): Promise<DomainError | null> {
  try {
    await consume(limiter, key);
    return null;
  } catch (error) {
    if (error instanceof DomainError && error.definition === rateLimitedProblem.definition)
      return error;
    throw error;
  }
}
