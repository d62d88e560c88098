import type Stripe from 'stripe';
import type { Period } from '../subscriptions/periods';

/**
 * What a subscription at Stripe says, in our words. The periods stand on its items since Stripe's API of March 2025;
 * ours have one item each.
 */
export interface StripeTruth {
  id: string;
  customerId: string;
  /** The business whose checkout began it; null where somebody made it at Stripe. */
  businessId: string | null;
  itemId: string;
  priceId: string;
  /** `unstarted`: its first payment is missing; `trial_unpaid`: its trial ended without a way to pay. */
  state: 'unstarted' | 'paid' | 'unpaid' | 'trial_unpaid' | 'ended';
  period: Period;
  anchor: Date;
  /** A trial that the subscription began with. One that came later is only how Stripe moves the end of a period. */
  isOnTrial: boolean;
  /** The end of its period was moved. */
  isMoved: boolean;
  isPaused: boolean;
  endsWithPeriod: boolean;
  canceledAt: Date | null;
  endedAt: Date | null;
  /** Ours, see `Intent`. */
  intent: Intent;
}

/**
 * What we have asked for and Stripe has no word for, in the metadata of the subscription: written with the very call
 * that it explains, it is there whenever its effect is.
 */
export interface Intent {
  /** The plan that follows the running period. */
  nextPlanId: string | null;
  /** When it does; until then the price is that of the next period. Null: with the end of the subscription. */
  nextFrom: Date | null;
  /** The end that a resumed period was given. */
  resumedUntil: Date | null;
  /** It ends with its period because renewal was switched off, not because it was canceled. */
  isNotRenewed: boolean;
  /** It was canceled as well: Stripe has one flag for both. */
  isCanceled: boolean;
  /** The price of the running period, while that of the next one stands in its place. */
  paidPriceId: string | null;
}

const STATES: Record<Stripe.Subscription.Status, StripeTruth['state']> = {
  incomplete: 'unstarted',
  incomplete_expired: 'ended',
  trialing: 'paid',
  active: 'paid',
  past_due: 'unpaid',
  unpaid: 'unpaid',
  paused: 'trial_unpaid',
  canceled: 'ended',
};

export function toTruth(subscription: Stripe.Subscription): StripeTruth {
  const item = subscription.items.data[0]!; // Stripe has none without
  const period = { start: at(item.current_period_start), end: at(item.current_period_end) };
  const { status, trial_start: trialStart, start_date: startDate } = subscription;
  const isOnTrial = status === 'trialing' && trialStart === startDate;
  return {
    id: subscription.id,
    customerId: idOf(subscription.customer),
    businessId: subscription.metadata.business_id ?? null,
    itemId: item.id,
    priceId: item.price.id,
    state: stateOf(status),
    period,
    anchor: at(subscription.billing_cycle_anchor),
    isOnTrial,
    isMoved: status === 'trialing' && !isOnTrial,
    isPaused: subscription.pause_collection !== null,
    endsWithPeriod: endsWithPeriod(subscription, item.current_period_end),
    canceledAt: atOrNull(subscription.canceled_at),
    endedAt: atOrNull(subscription.ended_at),
    intent: intentOf(subscription.metadata),
  };
}

function stateOf(status: Stripe.Subscription.Status): StripeTruth['state'] {
  const state = STATES[status];
  if (!state)
    throw new Error(`Stripe says that a subscription is ${status}, which is not known here`);
  return state;
}

/** The portal names the time instead, since Stripe's API of 2025. */
function endsWithPeriod(
  { cancel_at_period_end: isSet, cancel_at: cancelAt }: Stripe.Subscription,
  periodEnd: number,
): boolean {
  return isSet || (cancelAt !== null && cancelAt <= periodEnd);
}

function intentOf(metadata: Stripe.Metadata): Intent {
  const { next_plan_id, next_from, resumed_until, auto_renew, canceled, paid_price_id } = metadata;
  return {
    nextPlanId: next_plan_id || null,
    nextFrom: next_from ? at(Number(next_from)) : null,
    resumedUntil: resumed_until ? at(Number(resumed_until)) : null,
    isNotRenewed: auto_renew === 'false',
    isCanceled: canceled === 'true',
    paidPriceId: paid_price_id || null,
  };
}

/** Metadata that replaces all of it: an empty value takes a key away. */
export function toMetadata(intent: Partial<Intent>): Stripe.MetadataParam {
  return {
    next_plan_id: intent.nextPlanId ?? '',
    next_from: intent.nextFrom ? String(toSeconds(intent.nextFrom)) : '',
    resumed_until: intent.resumedUntil ? String(toSeconds(intent.resumedUntil)) : '',
    auto_renew: intent.isNotRenewed ? 'false' : '',
    canceled: intent.isCanceled ? 'true' : '',
    paid_price_id: intent.paidPriceId ?? '',
  };
}

/** Stripe counts whole seconds. */
export function toSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

export function at(seconds: number): Date {
  return new Date(seconds * 1000);
}

function atOrNull(seconds: number | null): Date | null {
  return seconds === null ? null : at(seconds);
}

/** Of what Stripe names by its id or gives whole. */
export function idOf(thing: string | { id: string }): string {
  return typeof thing === 'string' ? thing : thing.id;
}
