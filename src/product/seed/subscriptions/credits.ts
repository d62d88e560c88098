import type { Random } from '../chance/random';
import { between, type Row } from '../rows/rows';
import type { SeededSubscription, UsedPeriod } from './subscription';

const GRANTED = 0.06; // of the businesses that have spent none
const AMOUNTS = [25, 50, 100, 250, 1_000];
const LEFT_OVER = [0, 0, 5, 20, 75];
const REASONS = [
  'Outage compensation',
  'Thanks for the feedback',
  'Launch week',
  'Agreed with sales',
];
const STAFF = 'support@tenantry.example';
const ONE_DAY_MS = 86_400_000;

/** Grants beside the plan: spent where a period needed them, and otherwise open, expired or void. */
export function makeCredits(subscription: SeededSubscription, today: Date, random: Random): Row[] {
  const needed = subscription.periods.filter(({ credited }) => credited > 0);
  if (needed.length > 0) return needed.map((period) => makeSpent(subscription, period, random));
  if (!random.chance(GRANTED)) return [];
  return [makeUnspent(subscription, today, random)];
}

function makeSpent(subscription: SeededSubscription, period: UsedPeriod, random: Random): Row {
  return {
    ...common(subscription, random),
    granted: period.credited + random.pick(LEFT_OVER),
    spent: period.credited,
    counted: period.credited,
    counted_subscription_id: subscription.id,
    counted_ordinal: period.ordinal,
    created_at: between(period.start, period.until, random.next() / 10),
    expires_at: null,
    voided_at: null,
  };
}

function makeUnspent(subscription: SeededSubscription, today: Date, random: Random): Row {
  const createdAt = between(subscription.periods[0]!.start, today, random.next() / 2);
  const earlier = between(createdAt, today, 0.1 + 0.8 * random.next());
  const later = new Date(today.getTime() + random.integer(20, 300) * ONE_DAY_MS);
  const ends = [
    { expires_at: null, voided_at: null },
    { expires_at: later, voided_at: null },
    { expires_at: earlier, voided_at: null },
    { expires_at: later, voided_at: earlier },
  ];
  return {
    ...common(subscription, random),
    granted: random.pick(AMOUNTS),
    spent: 0,
    ...{ counted: 0, counted_subscription_id: null, counted_ordinal: null },
    created_at: createdAt,
    ...random.pick(ends),
  };
}

function common({ businessId }: SeededSubscription, random: Random): Row {
  return {
    business_id: businessId,
    id: random.id(),
    feature: 'recordings',
    reason: random.pick(REASONS),
    granted_by: STAFF,
  };
}
