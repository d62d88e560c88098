import { defineProblem } from '../../common/problem';

export const subscriptionInactive = defineProblem({
  code: 'subscription_inactive',
  kind: 'forbidden',
  title: 'The subscription is not active',
  description:
    'It is paused, canceled or has expired. Reading and billing go on; resume it or choose a plan.',
});

export const subscriptionBehind = defineProblem({
  code: 'subscription_behind',
  kind: 'unavailable',
  title: 'The periods of this subscription are being caught up',
  description:
    'More periods have ended than one run closes, after a long outage or a jump of the clock. Try again after `Retry-After` seconds.',
});

export const quotaExceeded = defineProblem({
  code: 'quota_exceeded',
  kind: 'payment_required',
  title: 'The quota of this period is used up',
  description:
    '`feature`, `used` and `limit` say of what; it begins anew at `resetsAt`. `upgradeUrl` leads to a larger plan. Nothing was stored.',
});
