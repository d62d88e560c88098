import { Text } from '../../common/fields';
import { defineProblem } from '../../common/problem';

export const paymentProviderUnavailable = defineProblem({
  code: 'payment_provider_unavailable',
  kind: 'unavailable',
  title: 'The payment provider is unavailable',
  description:
    'The request may have taken effect there; the server checks and reconciles the subscription. Retry after `Retry-After` seconds; nothing is charged twice.',
});

export const paymentProviderRefused = defineProblem({
  code: 'payment_provider_refused',
  kind: 'conflict',
  title: 'The payment provider refused the request',
  description: 'The request conflicts with its state. Read the subscription again.',
});

export const paymentProviderStateUnknown = defineProblem({
  code: 'payment_provider_state_unknown',
  kind: 'conflict',
  title: 'The payment provider reports an unknown subscription state',
  description:
    'Nothing was changed, and retrying does not help: staff are shown the state and must act. Cards and invoices remain available in the portal.',
});

export class PaymentFailedMembers {
  @Text({ optional: true, description: "Stripe's word for why, where the bank gave one" })
  declineCode?: string;
}

export const paymentFailed = defineProblem({
  code: 'payment_failed',
  kind: 'payment_required',
  title: 'The payment failed',
  description:
    'The card was declined, and nothing was changed. `declineCode` is the reason of the bank, if given; use the portal to change the card.',
  members: PaymentFailedMembers,
});
