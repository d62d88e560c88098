import { defineProblem } from '../../common/problem';

export const planNotFound = defineProblem({
  code: 'plan_not_found',
  kind: 'not_found',
  title: 'There is no such plan',
  description: 'GET /v1/plans lists the plans to choose from; staff see all with /v1/staff/plans.',
});

export const planSlugTaken = defineProblem({
  code: 'plan_slug_taken',
  kind: 'conflict',
  title: 'Another plan has this slug',
  description: 'A slug names one plan for good, archived ones too.',
});

export const planArchived = defineProblem({
  code: 'plan_archived',
  kind: 'conflict',
  title: 'The plan is archived',
  description:
    'Of an archived plan only name, description and limits can change, for those who are still on it.',
});

export const planCurrencyFixed = defineProblem({
  code: 'plan_currency_fixed',
  kind: 'conflict',
  title: 'Subscribers pay for the plan in another currency',
  description:
    'They cannot be charged in another one. Make a plan of its own for the other currency, and archive this one.',
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
  title: 'The default plan has to be free',
  description: 'Every new business gets it, and those whose payment failed fall back to it.',
});

export const defaultPlanMustRenew = defineProblem({
  code: 'default_plan_must_renew',
  kind: 'conflict',
  title: 'The default plan has to renew',
  description: 'There is no plan below it: a business on it would expire.',
});
