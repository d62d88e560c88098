import type Stripe from 'stripe';
import type { Period } from '../../subscriptions/decisions/periods';
import { END_REASONS, type EndReason } from '../../subscriptions/decisions/end-reasons';

/**
 * A subscription at Stripe, in local terms. Periods are on its items since Stripe's API of March 2025; a checkout
 * creates one item, and items that staff add at Stripe are not read.
 */
export interface StripeSnapshot {
  id: string;
  customerId: string;
  /** The business whose checkout created it; null where it was created at Stripe. */
  businessId: string | null;
  itemId: string;
  priceId: string;
  currency: string;
  /** `unstarted`: its first payment is missing; `trial_unpaid`: its trial ended without a payment method. */
  state: 'unstarted' | 'paid' | 'unpaid' | 'trial_unpaid' | 'ended';
  period: Period;
  anchor: Date;
  /** A trial that the subscription began with. A later one is only how Stripe moves the end of a period. */
  isOnTrial: boolean;
  /** The end of its period was moved. */
  isMoved: boolean;
  isPaused: boolean;
  endsWithPeriod: boolean;
  /** How its end was requested: with its period, on a date, or not at all. Stripe clears each by its own parameter. */
  endsBy: 'period' | 'date' | null;
  /** The date: the end of the period, an earlier one, or one in a later period. */
  cancelAt: Date | null;
  /** A subscription schedule sets its end, and Stripe refuses other changes of it. */
  isScheduled: boolean;
  canceledAt: Date | null;
  endedAt: Date | null;
  /** See `Intent`. */
  intent: Intent;
}

/**
 * Requests that Stripe cannot express, in the metadata of its subscription: written with the call that they explain, so
 * they exist whenever its effect does.
 */
export interface Intent {
  /** The plan that follows the current period. */
  nextPlanId: string | null;
  /** When it starts; until then the price is that of the next period. Null: with the end of the subscription. */
  nextFrom: Date | null;
  /** The end of a resumed period. */
  resumedUntil: Date | null;
  /** It ends with its period because renewal was switched off, not because it was canceled. */
  isNotRenewed: boolean;
  /** It was canceled as well: Stripe has one flag for both. */
  isCanceled: boolean;
  /** It ends with its period regardless of the owner. */
  endReason: EndReason | null;
  /** The price of the current period, while that of the next one replaces it. */
  paidPriceId: string | null;
}

/** The prefix of lookup keys; `catalog.service.ts` makes them. */
export const LOOKUP_PREFIX = 'tenantry_';
/** The year 10000. */
export const LATEST_SECONDS = 253_402_300_800;

const STATES: Record<Stripe.Subscription.Status, StripeSnapshot['state']> = {
  incomplete: 'unstarted',
  incomplete_expired: 'ended',
  trialing: 'paid',
  active: 'paid',
  past_due: 'unpaid',
  unpaid: 'unpaid',
  paused: 'trial_unpaid',
  canceled: 'ended',
};

/** Stripe returns a state that this version does not know: nothing is guessed, and staff must act. */
export class UnknownAtStripe extends Error {
  constructor(
    readonly subscriptionId: string,
    what: string,
  ) {
    super(`${subscriptionId} at Stripe has ${what}, which is not known here`);
  }
}

/** All of a customer's subscriptions: one that cannot be read does not hide the others. */
export interface ListedSubscriptions {
  snapshots: StripeSnapshot[];
  unknown: UnknownAtStripe[];
}

export function readAll(subscriptions: Stripe.Subscription[]): ListedSubscriptions {
  const read = subscriptions.map(toTruthOrUnknown);
  return {
    snapshots: read.filter((each): each is StripeSnapshot => !(each instanceof UnknownAtStripe)),
    unknown: read.filter((each) => each instanceof UnknownAtStripe),
  };
}

function toTruthOrUnknown(subscription: Stripe.Subscription): StripeSnapshot | UnknownAtStripe {
  try {
    return toStripeSnapshot(subscription);
  } catch (error) {
    if (error instanceof UnknownAtStripe) return error;
    throw error;
  }
}

/** @throws UnknownAtStripe */
export function toStripeSnapshot(subscription: Stripe.Subscription): StripeSnapshot {
  const { id, status, trial_start: trialStart, start_date: startDate } = subscription;
  const state = stateOf(subscription);
  const item = itemOf(subscription);
  const known = (name: string, seconds: unknown): Date => timeOf(id, name, seconds);
  const period = {
    start: known('current_period_start', item.current_period_start),
    end: known('current_period_end', item.current_period_end),
  };
  const isOnTrial = status === 'trialing' && trialStart === startDate;
  const metadata = (subscription.metadata as Stripe.Metadata | null) ?? {};
  return {
    id,
    customerId: customerOf(subscription),
    businessId: metadata.business_id ?? null,
    itemId: item.id,
    priceId: item.price.id,
    currency: subscription.currency,
    state,
    period,
    anchor: known('billing_cycle_anchor', subscription.billing_cycle_anchor),
    isOnTrial,
    isMoved: status === 'trialing' && !isOnTrial,
    isPaused: Boolean(subscription.pause_collection),
    ...endOf(subscription, item.current_period_end),
    isScheduled: Boolean(subscription.schedule),
    canceledAt: timeOrNull(subscription.canceled_at),
    endedAt: timeOrNull(subscription.ended_at),
    intent: intentOf(metadata),
  };
}

function stateOf({ id, status }: Stripe.Subscription): StripeSnapshot['state'] {
  const state = Object.hasOwn(STATES, status) ? STATES[status] : undefined;
  if (state) return state;
  throw new UnknownAtStripe(id, `the status ${String(status)}`);
}

/** Promised by the types, but a later version of Stripe's API may differ. */
interface Listed {
  data: (Omit<Stripe.SubscriptionItem, 'price'> & { price: Stripe.Price | null })[];
}

/** The item with the price of a plan; else the first, whose price the caller knows or refuses. */
function itemOf({ id, items }: Stripe.Subscription): Stripe.SubscriptionItem {
  const listed = (items as Listed | null)?.data ?? [];
  const priced = listed.filter((item) => item.price !== null) as Stripe.SubscriptionItem[];
  const sold = priced.filter(({ price }) => price.lookup_key?.startsWith(LOOKUP_PREFIX));
  if (sold.length > 1) throw new UnknownAtStripe(id, 'the prices of two plans');
  const item = sold[0] ?? priced[0];
  if (item) return item;
  throw new UnknownAtStripe(id, 'no item with a price');
}

function customerOf({ id, customer }: Stripe.Subscription): string {
  if (customer) return idOf(customer);
  throw new UnknownAtStripe(id, 'no customer');
}

function timeOf(id: string, name: string, seconds: unknown): Date {
  const time = timeOrNull(seconds);
  if (time) return time;
  throw new UnknownAtStripe(id, `${String(seconds)} as its ${name}`);
}

/**
 * In flexible billing mode, Stripe's default since 2025, the portal cancels by a date and leaves the flag false; with
 * the flag set, Stripe returns the date too: https://docs.stripe.com/billing/subscriptions/billing-mode/compare
 */
function endOf(
  { cancel_at_period_end: isSet, cancel_at: seconds }: Stripe.Subscription,
  periodEnd: number,
): Pick<StripeSnapshot, 'endsWithPeriod' | 'endsBy' | 'cancelAt'> {
  if (isSet) return { endsWithPeriod: true, endsBy: 'period', cancelAt: null };
  const cancelAt = timeOrNull(seconds);
  if (!cancelAt) return { endsWithPeriod: false, endsBy: null, cancelAt };
  return { endsWithPeriod: cancelAt <= fromUnixSeconds(periodEnd), endsBy: 'date', cancelAt };
}

function intentOf(metadata: Stripe.Metadata): Intent {
  const { next_plan_id, next_from, resumed_until, auto_renew, canceled, paid_price_id } = metadata;
  const endReason = END_REASONS.find((reason) => reason === metadata.end_reason);
  return {
    nextPlanId: next_plan_id || null,
    nextFrom: timeIn(next_from),
    resumedUntil: timeIn(resumed_until),
    isNotRenewed: auto_renew === 'false',
    isCanceled: canceled === 'true',
    endReason: endReason ?? null,
    paidPriceId: paid_price_id || null,
  };
}

/** Metadata can be edited by hand at Stripe: what is not a time is ignored. */
function timeIn(text: string | undefined): Date | null {
  return text ? timeOrNull(Number(text)) : null;
}

/** Metadata that replaces all keys: an empty value removes one. */
export function toMetadata(intent: Partial<Intent>): Stripe.MetadataParam {
  return {
    next_plan_id: intent.nextPlanId ?? '',
    next_from: intent.nextFrom ? String(toSeconds(intent.nextFrom)) : '',
    resumed_until: intent.resumedUntil ? String(toSeconds(intent.resumedUntil)) : '',
    auto_renew: intent.isNotRenewed ? 'false' : '',
    canceled: intent.isCanceled ? 'true' : '',
    end_reason: intent.endReason ?? '',
    paid_price_id: intent.paidPriceId ?? '',
  };
}

/** Stripe counts whole seconds. */
export function toSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

export function fromUnixSeconds(seconds: number): Date {
  return new Date(seconds * 1000);
}

function timeOrNull(seconds: unknown): Date | null {
  const isTime = Number.isInteger(seconds) && Math.abs(Number(seconds)) < LATEST_SECONDS;
  return isTime ? fromUnixSeconds(Number(seconds)) : null;
}

/** The id of a reference or of an expanded object. */
export function idOf(thing: string | { id: string }): string {
  return typeof thing === 'string' ? thing : thing.id;
}
