/** Why a subscription ends without a request of its owner. */
export const END_REASONS = ['business_deactivated', 'plan_not_renewed', 'plan_free'] as const;
export type EndReason = (typeof END_REASONS)[number];
