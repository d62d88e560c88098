import { RateLimiterMemory } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;

/**
 * Lets tenants take turns. The queue does jobs of a lower rank first, and the n-th job that a tenant asks for within
 * a minute has rank n: the first of one tenant goes before the second of another, however many that one has waiting.
 * Counted by each process, as traffic is.
 */
export class BulkRank {
  private readonly counts = new RateLimiterMemory({
    points: Number.MAX_SAFE_INTEGER,
    duration: WINDOW_SECONDS,
  });

  /** @param businessId null for what no tenant asked for, as reminders are: they take turns with the tenants */
  async next(businessId: string | null): Promise<number> {
    return (await this.counts.consume(businessId ?? 'platform')).consumedPoints;
  }
}
