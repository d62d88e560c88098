import type Stripe from 'stripe';
import { expireSession } from './checkout';
import { subscriptionOf } from './invoice-shape';
import { collect } from './invoicing';
import { attemptPayment } from './payment';
import { endSubscription, hasEnded } from './subscription-end';
import { expireIncomplete, renew } from './subscription-life';
import { itemOf } from './subscription-shape';
import type { World } from './world';

const THREE_DAYS_SECONDS = 3 * 86_400;
const FIRST_PAYMENT_WITHIN_SECONDS = 23 * 3_600;

/** A scheduled effect. */
interface Due {
  at: number;
  run: () => void;
}

/** Applies every effect due by a moment, each at its own time, in order. */
export function runUntil(world: World, moment: Date): void {
  const seconds = Math.floor(moment.getTime() / 1000);
  for (let due = nextDue(world, seconds); due; due = nextDue(world, seconds)) {
    world.clock.moveTo(new Date(due.at * 1000));
    world.atomically(due.run);
  }
  world.clock.moveTo(moment);
}

/** The earliest; of those at one time the one that stands first here. */
function nextDue(world: World, until: number): Due | undefined {
  const { sessions, invoices, subscriptions } = world.store;
  const all = [
    ...sessions.all().flatMap((row) => dueOfSession(world, row)),
    ...invoices.all().flatMap((row) => dueOfInvoice(world, row)),
    ...subscriptions.all().flatMap((row) => dueOfSubscription(world, row)),
  ];
  return all
    .filter(({ at }) => at <= until)
    .reduce<Due | undefined>(
      (first, due) => (first && first.at <= due.at ? first : due),
      undefined,
    );
}

function dueOfSession(world: World, session: Stripe.Checkout.Session): Due[] {
  if (session.status !== 'open') return [];
  return [{ at: session.expires_at, run: () => void expireSession(world, session) }];
}

function dueOfInvoice(world: World, invoice: Stripe.Invoice): Due[] {
  const {
    status,
    automatically_finalizes_at: finalizesAt,
    next_payment_attempt: retriesAt,
  } = invoice;
  if (status === 'draft' && finalizesAt !== null)
    return [{ at: finalizesAt, run: () => void collect(world, invoice) }];
  if (status === 'open' && retriesAt !== null && !isPaused(world, invoice))
    return [{ at: retriesAt, run: () => void attemptPayment(world, invoice) }];
  return [];
}

function isPaused({ store }: World, invoice: Stripe.Invoice): boolean {
  return store.subscriptions.get(subscriptionOf(invoice)).pause_collection !== null;
}

function dueOfSubscription(world: World, subscription: Stripe.Subscription): Due[] {
  const { status, created, pause_collection: pause } = subscription;
  const dues: Due[] = [];
  if (pause?.resumes_at)
    dues.push({
      at: pause.resumes_at,
      run: () => void world.updateSubscription(subscription, { pause_collection: null }),
    });
  if (status === 'incomplete')
    dues.push({
      at: created + FIRST_PAYMENT_WITHIN_SECONDS,
      run: () => expireIncomplete(world, subscription),
    });
  if (status === 'trialing') dues.push(...trialReminder(world, subscription));
  if (endsOnDate(subscription))
    dues.push({
      at: subscription.cancel_at!,
      run: () => void endSubscription(world, subscription),
    });
  if (['trialing', 'active', 'past_due', 'unpaid'].includes(status))
    dues.push({
      at: itemOf(subscription).current_period_end,
      run: () => renew(world, subscription),
    });
  return dues;
}

/** The flag ends it with its period: that is a renewal which does not come. */
function endsOnDate(subscription: Stripe.Subscription): boolean {
  const { cancel_at: date, cancel_at_period_end: isFlagged } = subscription;
  return date !== null && !isFlagged && !hasEnded(subscription);
}

/** Three days before the end of a trial, or at once where it is shorter; once for each end. */
function trialReminder(world: World, subscription: Stripe.Subscription): Due[] {
  const { id, trial_end: end, trial_start: start } = subscription;
  if (end === null || world.store.hidden(id).announcedTrialEnd === end) return [];
  const run = () => {
    world.store.hide(id, { announcedTrialEnd: end });
    world.emit('customer.subscription.trial_will_end', subscription);
  };
  return [{ at: Math.max(start ?? 0, end - THREE_DAYS_SECONDS), run }];
}
