/**
 * How many jobs of a lane run at once in a process. Each lane has its own workers, so what one waits for (a mail
 * server that hangs, a tenant's 250 invitations) delays no other.
 */
export const LANES = {
  /** What a person waits for: mails of a reset or a verification. */
  awaited: 4,
  /** Mails of a tenant or of the renewal, in any number. */
  bulk: 4,
  /** Everything else: Stripe, housekeeping. */
  work: 4,
  /** Webhooks out, to endpoints that answer quickly. */
  webhooks: 8,
  /** Webhooks to endpoints that are new, failed or were slow: the quick ones do not wait for them. */
  webhooks_slow: 8,
} as const;

export type LaneName = keyof typeof LANES;
export const LANE_NAMES = Object.keys(LANES) as LaneName[];
