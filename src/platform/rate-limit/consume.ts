import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { rateLimited } from './rate-limit.errors';

/** What is counted: `points` in `duration` seconds, under this name. */
interface Policy {
  keyPrefix: string;
  points: number;
  duration: number;
}

/** Counts in the table `guesses`, by statements that `query` sends. */
export function limiterOf(
  policy: Policy,
  query: (text: string, values: unknown[]) => Promise<unknown[]>,
): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: {
      query: async ({ text, values }: { text: string; values: unknown[] }) => {
        const rows = await query(text, values);
        return { rows, rowCount: rows.length };
      },
    },
    storeType: 'pool',
    tableName: 'guesses',
    tableCreated: true,
    clearExpiredByTimeout: false,
    ...policy,
  });
}

/** Hashed, so that the table does not reveal who has an account. */
export function hashedKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** Counts one. @throws 429 rate_limited past the limit */
export async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const { keyPrefix, points, duration } = limiter;
    throw rateLimited(keyPrefix, points, duration, refusal.msBeforeNext);
  }
}
