import { defineProblem } from '../../common/problem';

export const planNotFound = defineProblem({
  code: 'plan_not_found',
  kind: 'not_found',
  title: 'Plan not found',
  description: 'GET /v1/plans lists the public plans, /v1/staff/plans all of them for staff.',
});

export const planSlugTaken = defineProblem({
  code: 'plan_slug_taken',
  kind: 'conflict',
  title: 'The slug is taken',
  description: 'A slug is never reused, not even that of an archived plan.',
});

export const planArchived = defineProblem({
  code: 'plan_archived',
  kind: 'conflict',
  title: 'The plan is archived',
  description:
    'Only name, description and limits of an archived plan can change, for its remaining subscribers.',
});

export const planCurrencyFixed = defineProblem({
  code: 'plan_currency_fixed',
  kind: 'conflict',
  title: 'Subscribers pay for the plan in another currency',
  description:
    'They cannot be charged in another one. Create a separate plan for the other currency, and archive this one.',
});

export const planIsDefault = defineProblem({
  code: 'plan_is_default',
  kind: 'conflict',
  title: 'The plan is the default',
  description: 'There is always one default plan. Make another the default first.',
});

export const defaultPlanMustBeFree = defineProblem({
  code: 'default_plan_must_be_free',
  kind: 'conflict',
  title: 'The default plan must be free',
  description: 'Every new business gets it, and businesses fall back to it when a payment fails.',
});

export const defaultPlanMustRenew = defineProblem({
  code: 'default_plan_must_renew',
  kind: 'conflict',
  title: 'The default plan must renew',
  description: 'There is no plan below it: a business on it would expire.',
});
