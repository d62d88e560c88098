import { RateLimiterMemory } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;

/**
 * Lets tenants take turns. The queue runs jobs of a lower rank first, and the n-th job that a tenant enqueues within
 * a minute has rank n: the first job of one tenant precedes the second of another, however many that one has waiting.
 * Counted per process.
 */
export class BulkRank {
  private readonly counts = new RateLimiterMemory({
    points: Number.MAX_SAFE_INTEGER,
    duration: WINDOW_SECONDS,
  });

  /** @param businessId null for jobs without a tenant, such as reminders: they take turns with the tenants */
  async next(businessId: string | null): Promise<number> {
    return (await this.counts.consume(businessId ?? 'platform')).consumedPoints;
  }
}
