import { RateLimiterRes, type RateLimiterPostgres } from 'rate-limiter-flexible';
import { rateLimited } from './rate-limit.errors';

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
