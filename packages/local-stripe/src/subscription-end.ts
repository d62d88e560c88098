import type Stripe from 'stripe';
import { subscriptionOf } from './invoice-shape';
import type { World } from './world';

/** It will never be active again. */
export function hasEnded({ status }: Stripe.Subscription): boolean {
  return status === 'canceled' || status === 'incomplete_expired';
}

/** Cancels it at once; its unpaid invoices are no longer collected by themselves. */
export function endSubscription(
  world: World,
  subscription: Stripe.Subscription,
  reason: Stripe.Subscription.CancellationDetails.Reason = 'cancellation_requested',
): Stripe.Subscription {
  stopCollecting(world, subscription.id);
  const ended: Stripe.Subscription = {
    ...subscription,
    canceled_at: subscription.canceled_at ?? world.now,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason,
    },
    ended_at: world.now,
    status: 'canceled',
  };
  world.store.subscriptions.put(ended);
  world.emit('customer.subscription.deleted', ended);
  return ended;
}

function stopCollecting({ store }: World, subscription: string): void {
  const halted = {
    auto_advance: false,
    automatically_finalizes_at: null,
    next_payment_attempt: null,
  };
  for (const invoice of store.invoices.all())
    if (
      subscriptionOf(invoice) === subscription &&
      ['draft', 'open'].includes(invoice.status ?? '')
    )
      store.invoices.put({ ...invoice, ...halted });
}
