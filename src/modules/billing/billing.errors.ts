import { defineProblem } from '../../common/problem';

export const subscriptionExists = defineProblem({
  code: 'subscription_exists',
  kind: 'conflict',
  title: 'The business already pays for a subscription',
  description:
    'Change it with POST /v1/subscription/change: a second one would be charged as well.',
});

export const billingAccountMissing = defineProblem({
  code: 'billing_account_missing',
  kind: 'conflict',
  title: 'No payment has been made yet',
  description: 'The payment provider has no customer yet: the first checkout creates one.',
});

export const webhookSignatureInvalid = defineProblem({
  code: 'webhook_signature_invalid',
  kind: 'malformed',
  title: 'The signature does not match the body',
  description:
    'It must sign the exact bytes sent, with a current secret, and be at most 300 seconds old or early.',
});

export const webhookEventNotFound = defineProblem({
  code: 'webhook_event_not_found',
  kind: 'not_found',
  title: 'Event not found',
  description: 'No event with this id was received.',
});

export const webhookEventHandled = defineProblem({
  code: 'webhook_event_handled',
  kind: 'conflict',
  title: 'The event was handled already',
  description: 'There is nothing to retry.',
});
