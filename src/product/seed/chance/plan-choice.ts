import type { BillingInterval } from '../../../modules/subscriptions/decisions/periods';
import type { Random } from './random';

/** What the seed needs to know of a plan. */
export interface SeedPlan {
  id: string;
  slug: string;
  version: number;
  interval: BillingInterval;
  isDefault: boolean;
  isPublic: boolean;
  isFree: boolean;
  trialDays: number;
  /** Null: unlimited. */
  recordingsLimit: number | null;
  applicationsLimit: number | null;
  seatsLimit: number | null;
}

const FILLED_AT_MOST = 0.9;
const WEIGHTS = { default: 12, public: 3, unlisted: 0.1 };

/** A plan with room for this many recordings, mostly the default plan. Where none has room, the largest. */
export function choosePlan(
  plans: readonly SeedPlan[],
  recordings: number,
  closed: number,
  random: Random,
): SeedPlan {
  const draw = random.next();
  const roomy = plans.filter((plan) => recordings <= FILLED_AT_MOST * capacityOf(plan, closed));
  if (roomy.length === 0) return largest(plans, closed);
  let rest = draw * roomy.reduce((sum, plan) => sum + weightOf(plan), 0);
  return roomy.find((plan) => (rest -= weightOf(plan)) < 0) ?? roomy[0]!;
}

/** How many closed periods a subscriber has: fewer of long ones. */
export function closedPeriodsOf({ interval }: SeedPlan, closed: number): number {
  return interval.unit === 'year' ? Math.min(closed, 1) : closed;
}

function capacityOf(plan: SeedPlan, closed: number): number {
  return (plan.recordingsLimit ?? Infinity) * (closedPeriodsOf(plan, closed) + 1);
}

function weightOf({ isDefault, isPublic }: SeedPlan): number {
  return isDefault ? WEIGHTS.default : isPublic ? WEIGHTS.public : WEIGHTS.unlisted;
}

function largest(plans: readonly SeedPlan[], closed: number): SeedPlan {
  return plans.reduce((one, other) =>
    capacityOf(other, closed) > capacityOf(one, closed) ? other : one,
  );
}
