import { defineProblem } from '../../common/problem';

export const subscriptionExists = defineProblem({
  code: 'subscription_exists',
  kind: 'conflict',
  title: 'The business pays for a subscription already',
  description:
    'Change it by POST /v1/subscription/change: a second one would be charged beside it.',
});

export const billingAccountMissing = defineProblem({
  code: 'billing_account_missing',
  kind: 'conflict',
  title: 'Nothing has been paid for yet',
  description: 'There is no customer at the payment provider: the first checkout makes one.',
});

export const webhookSignatureInvalid = defineProblem({
  code: 'webhook_signature_invalid',
  kind: 'malformed',
  title: 'The signature does not fit the body',
  description:
    'It must be of the bytes as they were sent, by a current secret, and at most 300 seconds old or early.',
});

export const webhookEventNotFound = defineProblem({
  code: 'webhook_event_not_found',
  kind: 'not_found',
  title: 'There is no such event',
  description: 'None with this id was received.',
});

export const webhookEventHandled = defineProblem({
  code: 'webhook_event_handled',
  kind: 'conflict',
  title: 'The event has been handled',
  description: 'There is nothing to try again.',
});
