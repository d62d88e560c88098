import type Stripe from 'stripe';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { resume } from '../../subscriptions/decisions/life-cycle';
import { intervalOf, isSameInterval } from '../../subscriptions/decisions/periods';
import type { SubscriptionCommand } from '../../subscriptions/changes/payments';
import type { PlanChange } from '../../subscriptions/decisions/plan-change';
import type { EndReason } from '../../subscriptions/decisions/end-reasons';
import type { Subscription } from '../../subscriptions/subscription.entity';
import { currencyMismatch, invalidState } from '../../subscriptions/subscriptions.errors';
import { toMetadata, toSeconds, type Intent, type StripeSnapshot } from './stripe-snapshot';

/** One call, as data: it is stored before it is made, and repeated after a crash with the same key. */
export type StripeCall =
  | { call: 'update'; id: string; parameters: Stripe.SubscriptionUpdateParams }
  | { call: 'cancel'; id: string; parameters: Stripe.SubscriptionCancelParams };

/** The state at Stripe on which something was decided, as far as it matters; stored as JSON. */
export interface StripeFacts {
  state: string;
  priceId: string;
  periodStart: string;
  endsWithPeriod: boolean;
  isPaused: boolean;
}

export function factsOf({
  state,
  priceId,
  period,
  endsWithPeriod,
  isPaused,
}: StripeSnapshot): StripeFacts {
  return { state, priceId, periodStart: period.start.toISOString(), endsWithPeriod, isPaused };
}

/**
 * The outcome of calls without an answer: `done`, `undone` with everything unchanged, or `over`, since something else
 * has changed meanwhile. Pure.
 */
export function outcomeOf(
  { calls, decidedOn }: { calls: StripeCall[]; decidedOn: StripeFacts },
  snapshot: StripeSnapshot,
): 'done' | 'undone' | 'over' {
  if (calls.every((call) => isMade(call, snapshot))) return 'done';
  const facts = factsOf(snapshot);
  const names = Object.keys(facts) as (keyof StripeFacts)[];
  return names.every((name) => facts[name] === decidedOn[name]) ? 'undone' : 'over';
}

function isMade(call: StripeCall, snapshot: StripeSnapshot): boolean {
  const { state, priceId, endsWithPeriod, endsBy, isPaused, intent } = snapshot;
  if (call.call === 'cancel') return state === 'ended';
  if (state === 'ended') return true; // any call before the cancellation counts as made
  const { items, cancel_at_period_end: ends, pause_collection: pause, metadata } = call.parameters;
  const isPriced = !items || items.every(({ price }) => price === priceId);
  const isEnding = ends === undefined || ends === endsWithPeriod;
  const isKept = call.parameters.cancel_at === undefined || endsBy === null;
  const isCollected = pause === undefined || isPaused === (pause !== '');
  return isPriced && isEnding && isKept && isCollected && isWritten(metadata, intent);
}

function isWritten(metadata: Stripe.Emptyable<Stripe.MetadataParam> | undefined, intent: Intent) {
  const standing = toMetadata(intent);
  return Object.entries(metadata || {}).every(([name, value]) => standing[name] === value);
}

export interface ChangeCallSetup {
  subscription: Subscription;
  /** The plan that Stripe charges: not one assigned beside it. */
  plan: PlanWithTerms;
  snapshot: StripeSnapshot;
  change: PlanChange;
  /** Of the target plan; null where it is free. */
  priceId: string | null;
  /** The moment of the preview, so that the change costs what it showed. */
  prorationDate: Date;
}

/**
 * The Stripe calls of a plan change; empty where it has no effect. Pure.
 * @throws 409 invalid_state, currency_mismatch
 */
export function callsOfChange(setup: ChangeCallSetup): StripeCall[] {
  const { subscription, plan, snapshot, change, priceId } = setup;
  if (priceId && plan.terms.priceCurrency !== change.plan.terms.priceCurrency)
    throw currencyMismatch();
  const isOwn = change.plan.id === subscription.planId;
  const waits = subscription.scheduledPlanId !== null || isWaitingForOther(subscription, snapshot);
  if (isOwn && waits) return [keepPlan(setup)];
  if (isOwn && !subscription.planAssigned) return [];
  if (!priceId) return moveToFree(setup);
  assertRenews(change.plan);
  if (change.when === 'now') return [changeNow(setup, priceId)];
  return [priceOfNextPeriod(snapshot, setup.plan, change.plan, priceId)];
}

/** Stripe would charge for it again. @throws 409 invalid_state */
export function assertRenews({ renews }: PlanWithTerms): void {
  if (!renews) throw invalidState('The plan ends with its first period: only staff can assign it.');
}

/** A requested end stays. */
function changeNow({ subscription, snapshot, prorationDate }: ChangeCallSetup, price: string) {
  assertCharged(snapshot);
  const { cancelAtPeriodEnd, autoRenew } = subscription;
  return update(snapshot.id, {
    items: [{ id: snapshot.itemId, price }],
    ...asking(snapshot, {
      isNotRenewed: !autoRenew,
      isCanceled: cancelAtPeriodEnd,
      endReason: ofBusiness(snapshot.intent),
    }),
    proration_behavior: 'always_invoice',
    proration_date: toSeconds(prorationDate),
    payment_behavior: 'error_if_incomplete', // if it is unpaid, nothing changes
  });
}

/**
 * Stripe prorates the rest of a period only where the period is charged at the price that was paid for it: not when the
 * price is already that of the next period, and not when the end was moved, which Stripe treats as a trial.
 * @throws 409 invalid_state
 */
export function assertCharged({ state, intent, period, isMoved }: StripeSnapshot): void {
  if (state !== 'paid')
    throw invalidState(
      'This period is not paid, so there is nothing to prorate. Pay the open invoice first.',
    );
  if (isWaiting({ intent, period }))
    throw invalidState(
      'A change is scheduled for the end of the period. Call it off by changing to your current plan, or use `when` `period_end`.',
    );
  if (isMoved)
    throw invalidState(
      'The rest of this period cannot be prorated: its end was moved. Use `when` `period_end`.',
    );
}

/** The price is already that of the next period. */
function isWaiting({ intent, period }: Pick<StripeSnapshot, 'intent' | 'period'>): boolean {
  return intent.nextFrom !== null && period.start < intent.nextFrom;
}

/** Sets the price of the next period without charging: of another plan, or of a newer version of the same one. Pure. */
export function priceOfNextPeriod(
  snapshot: StripeSnapshot,
  plan: PlanWithTerms,
  following: PlanWithTerms,
  price: string,
) {
  const keepsInterval = isSameInterval(intervalOf(plan.terms), intervalOf(following.terms));
  return {
    call: 'update' as const,
    id: snapshot.id,
    parameters: {
      items: [{ id: snapshot.itemId, price }],
      ...ending(snapshot, false),
      proration_behavior: 'none',
      // Another interval would start at once, unless the paid period is declared a trial.
      ...(keepsInterval ? {} : { trial_end: toSeconds(snapshot.period.end) }),
      metadata: toMetadata({
        nextPlanId: following.id,
        nextFrom: snapshot.period.end,
        paidPriceId: isWaiting(snapshot) ? snapshot.intent.paidPriceId : snapshot.priceId,
      }),
    },
  } satisfies StripeCall;
}

/** A scheduled change is called off; a requested end stays. */
function keepPlan({ subscription, snapshot }: ChangeCallSetup): StripeCall {
  const { cancelAtPeriodEnd: isCanceled, autoRenew } = subscription;
  return update(snapshot.id, {
    ...paidPrice(snapshot),
    ...asking(snapshot, {
      isCanceled,
      isNotRenewed: !autoRenew,
      endReason: snapshot.intent.endReason,
    }),
  });
}

/**
 * Restores the price that the current period was paid at. Where the interval changes back too, the period is one that
 * Stripe treats as a trial: its end stays.
 */
function paidPrice({ itemId, priceId, intent }: StripeSnapshot): Stripe.SubscriptionUpdateParams {
  const { paidPriceId: price } = intent;
  if (!price || priceId === price) return {};
  return { items: [{ id: itemId, price }], proration_behavior: 'none' };
}

/** Not a newer version of the same plan, which is scheduled automatically. */
function isWaitingForOther({ planId }: Subscription, snapshot: StripeSnapshot): boolean {
  return isWaiting(snapshot) && snapshot.intent.nextPlanId !== planId;
}

/** A free plan is not charged: the Stripe subscription ends, and the local one continues. */
function moveToFree({ snapshot, change }: ChangeCallSetup): StripeCall[] {
  const { id } = snapshot;
  const intent = { nextPlanId: change.plan.id };
  if (change.when === 'period_end') return [update(id, asking(snapshot, intent))];
  return [update(id, { metadata: toMetadata(intent) }), { call: 'cancel', id, parameters: {} }];
}

/**
 * The Stripe calls of any other command; empty where it has no effect. Pure.
 * @throws 409 invalid_state
 */
export function callsOf(
  command: Exclude<SubscriptionCommand, { kind: 'change' }>,
  subscription: Subscription,
  snapshot: StripeSnapshot,
  now: Date,
): StripeCall[] {
  const { id } = snapshot;
  switch (command.kind) {
    case 'cancel':
      return command.when === 'now'
        ? cancelNow(snapshot)
        : cancelAtPeriodEnd(subscription, snapshot);
    case 'uncancel':
      if (!subscription.cancelAtPeriodEnd && !subscription.cancelAt)
        throw invalidState('No cancellation is scheduled.');
      return [uncancel(subscription, snapshot)];
    case 'set_auto_renew':
      return setAutoRenew(command.autoRenew, subscription, snapshot);
    case 'end_because':
      return endBecause(command.reason, subscription, snapshot);
    case 'pause':
      if (!['trialing', 'active'].includes(subscription.status))
        throw invalidState(`The subscription is ${subscription.status}.`);
      return [update(id, { pause_collection: { behavior: 'void' } })];
    case 'resume':
      return [resumeCall(subscription, snapshot, now)];
    case 'assign': // the rest of what was paid is credited to the customer
      return command.stripe === 'cancel'
        ? [{ call: 'cancel', id, parameters: snapshot.state === 'paid' ? CREDITED : {} }]
        : [];
  }
}

/** First takes back how it was to end, and what was to follow. */
function cancelNow({ id, intent }: StripeSnapshot): StripeCall[] {
  const cancel: StripeCall = { call: 'cancel', id, parameters: {} };
  const isPlain =
    !intent.isNotRenewed &&
    !intent.isCanceled &&
    !intent.endReason &&
    (!intent.nextPlanId || intent.nextFrom !== null);
  return isPlain ? [cancel] : [update(id, { metadata: toMetadata(priced(intent)) }), cancel];
}

function cancelAtPeriodEnd(subscription: Subscription, snapshot: StripeSnapshot): StripeCall[] {
  const { id, intent } = snapshot;
  if (subscription.status === 'paused')
    throw invalidState(
      'The subscription is paused: its period does not end. Cancel it now, or resume it first.',
    );
  if (subscription.cancelAtPeriodEnd) return [];
  const { isNotRenewed, endReason } = intent;
  const asked = { ...priced(intent), isNotRenewed, isCanceled: true, endReason };
  return [update(id, asking(snapshot, asked))];
}

/** Renewal that was switched off stays off. The cancellation has called off the scheduled change, which stays so. */
function uncancel(subscription: Subscription, snapshot: StripeSnapshot): StripeCall {
  const { id, isScheduled, endsBy } = snapshot;
  const { isNotRenewed, endReason } = snapshot.intent;
  if (isScheduled) throw scheduledEnd();
  const { intent, price } = renewing(subscription, snapshot);
  const metadata = toMetadata({ ...intent, isNotRenewed, endReason });
  const ends = isNotRenewed || endReason !== null;
  const end = endsBy === 'date' && !ends ? NO_DATE : { cancel_at_period_end: ends };
  return update(id, { ...price, ...end, metadata });
}

const NO_DATE = { cancel_at: '' } as const;

/**
 * Makes it end with its period, or continue. Stripe accepts one of its two parameters per call. A date within this
 * period serves for both; one in a later period stays. @throws 409 invalid_state
 */
function ending(
  { endsBy, endsWithPeriod, isScheduled }: StripeSnapshot,
  ends: boolean,
): Pick<Stripe.SubscriptionUpdateParams, 'cancel_at' | 'cancel_at_period_end'> {
  const stays = ends === endsWithPeriod && (isScheduled || endsBy === 'date');
  if (stays) return {};
  if (isScheduled) throw scheduledEnd();
  return endsBy === 'date' && !ends ? NO_DATE : { cancel_at_period_end: ends };
}

function scheduledEnd() {
  return invalidState('A subscription schedule at Stripe sets its end: staff can change it there.');
}

function setAutoRenew(
  autoRenew: boolean,
  subscription: Subscription,
  snapshot: StripeSnapshot,
): StripeCall[] {
  if (autoRenew === subscription.autoRenew) return [];
  const { cancelAtPeriodEnd: isCanceled } = subscription;
  const { intent, price } = autoRenew
    ? renewing(subscription, snapshot)
    : { intent: priced(snapshot.intent), price: {} };
  const { endReason } = snapshot.intent;
  const asked = { ...intent, isNotRenewed: !autoRenew, isCanceled, endReason };
  return [update(snapshot.id, { ...price, ...asking(snapshot, asked) })];
}

/**
 * Caused by staff, through a business or a plan. The owner's own request stays beside it; a date in a later period
 * becomes the end of this one.
 */
function endBecause(
  endReason: EndReason | null,
  { cancelAtPeriodEnd, cancelAt, autoRenew }: Subscription,
  snapshot: StripeSnapshot,
): StripeCall[] {
  const { id, intent, endsWithPeriod } = snapshot;
  if (intent.endReason === endReason && (endReason === null || endsWithPeriod)) return [];
  const isCanceled = cancelAtPeriodEnd || cancelAt !== null;
  const asked = { ...intent, isCanceled, isNotRenewed: !autoRenew, endReason };
  return [update(id, asking(snapshot, asked))];
}

/** Another plan may renew, or be priced. */
function ofBusiness({ endReason }: Intent): EndReason | null {
  return endReason === 'business_deactivated' ? endReason : null;
}

/** Stripe's flag means "ends with the period" for all reasons; the metadata says which one it is. */
function asking(
  snapshot: StripeSnapshot,
  intent: Partial<Intent>,
): Stripe.SubscriptionUpdateParams {
  const { isCanceled, isNotRenewed, endReason, nextPlanId, nextFrom } = intent;
  const isReplaced = Boolean(nextPlanId && !nextFrom);
  const ends = Boolean(isCanceled || isNotRenewed || endReason || isReplaced);
  return { ...ending(snapshot, ends), metadata: toMetadata(intent) };
}

/** Its current plan renews again; a plan scheduled before does not. */
function renewing(
  subscription: Subscription,
  snapshot: StripeSnapshot,
): { intent: Partial<Intent>; price: Stripe.SubscriptionUpdateParams } {
  return isWaitingForOther(subscription, snapshot)
    ? { intent: {}, price: paidPrice(snapshot) }
    : { intent: priced(snapshot.intent), price: {} };
}

/** The plan of the price, where it is that of the next period: without it, that plan would start at once. */
function priced({ nextPlanId, nextFrom, paidPriceId }: Intent): Partial<Intent> {
  return nextFrom ? { nextPlanId, nextFrom, paidPriceId } : {};
}

/** Continues the period: its end moves by the paused time, and everything scheduled with it. */
function resumeCall(subscription: Subscription, snapshot: StripeSnapshot, now: Date): StripeCall {
  const { periodEnd } = resume(subscription, now).next;
  const { id, intent } = snapshot;
  const waits = intent.nextFrom !== null && intent.nextFrom >= subscription.periodEnd;
  return update(id, {
    pause_collection: '',
    trial_end: toSeconds(periodEnd),
    proration_behavior: 'none',
    metadata: toMetadata({
      ...intent,
      ...(waits ? { nextFrom: periodEnd } : {}),
      resumedUntil: periodEnd,
    }),
  });
}

const CREDITED = { prorate: true, invoice_now: true };

function update(id: string, parameters: Stripe.SubscriptionUpdateParams): StripeCall {
  return { call: 'update', id, parameters };
}
