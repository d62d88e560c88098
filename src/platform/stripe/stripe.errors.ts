import { defineProblem } from '../../common/problem';

export const paymentProviderUnavailable = defineProblem({
  code: 'payment_provider_unavailable',
  kind: 'unavailable',
  title: 'The payment provider does not answer at the moment',
  description:
    'What was asked for may have been done there: it is looked up, and the subscription follows. Try again after `Retry-After` seconds; nothing is charged twice.',
});

export const paymentProviderRefused = defineProblem({
  code: 'payment_provider_refused',
  kind: 'conflict',
  title: 'The payment provider refused',
  description: 'What was asked for does not fit what it has. Read the subscription again.',
});

export const paymentProviderStateUnknown = defineProblem({
  code: 'payment_provider_state_unknown',
  kind: 'conflict',
  title: 'The payment provider has the subscription in a state that is not known here',
  description:
    'Nothing was changed, and trying again does not help: staff see it and have to act. Cards and invoices are in the portal as before.',
});

export const paymentFailed = defineProblem({
  code: 'payment_failed',
  kind: 'payment_required',
  title: 'The payment failed',
  description:
    'The card was declined, and nothing was changed. `declineCode` says why where the bank did; another card can be given in the portal.',
});
