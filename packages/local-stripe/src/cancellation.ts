import type Stripe from 'stripe';
import { invalidRequest } from './stripe-fault';
import { itemOf } from './subscription-shape';
import type { World } from './world';

/** Undefined: it stays as it is. */
export interface CancellationRequest {
  cancelAtPeriodEnd?: boolean;
  /** Null: the date is taken back, and the flag with it. */
  cancelAt?: number | 'min_period_end' | 'max_period_end' | null;
}

/**
 * Stripe cancels in two ways: by a flag, with the period, whose end it names as the date too and which moves with it;
 * or by a date, which stays. The flag does not take a date back. Stripe prorates for a date inside a period; this
 * server does not.
 */
export function cancellationOf(
  world: World,
  subscription: Stripe.Subscription,
  { cancelAt, cancelAtPeriodEnd: flag }: CancellationRequest,
): Partial<Stripe.Subscription> {
  if (flag !== undefined && cancelAt !== undefined) throw bothWays();
  const isAsked = flag !== undefined || cancelAt !== undefined;
  if (isAsked && subscription.schedule) throw scheduled(subscription.schedule);
  if (cancelAt !== undefined) return onDate(world, subscription, cancelAt);
  const { cancel_at_period_end: isSet } = subscription;
  if (flag === true || (isSet && flag === undefined)) return withPeriod(world, subscription);
  return isSet ? NOT_CANCELED : {};
}

function onDate(
  world: World,
  subscription: Stripe.Subscription,
  asked: NonNullable<CancellationRequest['cancelAt']> | null,
): Partial<Stripe.Subscription> {
  if (asked === null) return NOT_CANCELED;
  const date = typeof asked === 'number' ? asked : itemOf(subscription).current_period_end;
  if (date <= world.now)
    throw invalidRequest(
      'The `cancel_at` timestamp must be in the future.',
      undefined,
      'cancel_at',
    );
  return { cancel_at_period_end: false, cancel_at: date, ...requested(world, subscription) };
}

function withPeriod(world: World, subscription: Stripe.Subscription): Partial<Stripe.Subscription> {
  const end = itemOf(subscription).current_period_end;
  return { cancel_at_period_end: true, cancel_at: end, ...requested(world, subscription) };
}

function requested({ now }: World, { canceled_at, cancellation_details }: Stripe.Subscription) {
  const details = { comment: null, feedback: null, feedback_option: null, ...cancellation_details };
  return {
    canceled_at: canceled_at ?? now,
    cancellation_details: { ...details, reason: 'cancellation_requested' },
  };
}

const NOT_CANCELED: Partial<Stripe.Subscription> = {
  cancel_at_period_end: false,
  cancel_at: null,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
};

function bothWays() {
  return invalidRequest(
    'Received both cancel_at_period_end and cancel_at parameters. Please pass in only one.',
  );
}

function scheduled(schedule: string | Stripe.SubscriptionSchedule) {
  const id = typeof schedule === 'string' ? schedule : schedule.id;
  return invalidRequest(
    `The subscription is managed by the subscription schedule \`${id}\`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead.`,
  );
}
