/**
 * How many jobs of a kind run at once in a process. Each kind has workers of its own, so what one kind waits for
 * (a mail server that hangs, a tenant's 250 invitations) holds up no other.
 */
export const LANES = {
  /** What a person waits for: the mails of a reset or a verification. */
  awaited: 4,
  /** Mails that a tenant or the renewal sends, however many. */
  bulk: 4,
  /** Everything else: Stripe, housekeeping. */
  work: 4,
} as const;

export type LaneName = keyof typeof LANES;
export const LANE_NAMES = Object.keys(LANES) as LaneName[];
