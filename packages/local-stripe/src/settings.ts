/** The version that the installed `stripe` is pinned to; its types are the shapes that are sent. */
export const API_VERSION = '2026-10-28.endive';

/** The settings of a Stripe account. */
export interface Settings {
  accountId: string;
  /** Days from one attempt at a payment to the next. */
  retryAfterDays: readonly number[];
  /** What happens to a subscription after the last failed attempt. */
  afterRetries: 'canceled' | 'unpaid' | 'past_due';
  /** How long the invoice of a renewal stays a draft. */
  draftSeconds: number;
}

export const DEFAULT_SETTINGS: Settings = {
  accountId: 'acct_local',
  retryAfterDays: [3, 5, 7],
  afterRetries: 'canceled',
  draftSeconds: 3_600,
};
