import type { PlanWithTerms } from '../../plans/plan.entity';
import type { SubscriptionCommand } from '../../subscriptions/changes/payments';
import type { PlanChange } from '../../subscriptions/decisions/plan-change';
import type { EndReason } from '../../subscriptions/decisions/end-reasons';
import type { Subscription } from '../../subscriptions/subscription.entity';
import { callsOf, callsOfChange, type ChangeCallSetup, type StripeCall } from './stripe-calls';
import type { Intent, StripeSnapshot } from './stripe-snapshot';

// The Stripe calls of each command, as data.

const START = new Date('2026-03-01T00:00:00Z');
const END = new Date('2026-04-01T00:00:00Z');
const NOW = new Date('2026-03-11T12:00:00.900Z');
const END_SECONDS = END.getTime() / 1000;
const NOTHING: Intent = {
  nextPlanId: null,
  nextFrom: null,
  resumedUntil: null,
  isNotRenewed: false,
  isCanceled: false,
  endReason: null,
  paidPriceId: null,
};
const NO_METADATA = {
  ...{ next_plan_id: '', next_from: '', resumed_until: '', auto_renew: '' },
  ...{ canceled: '', end_reason: '', paid_price_id: '' },
};

function aTruth(changes: Partial<StripeSnapshot> = {}): StripeSnapshot {
  return {
    id: 'sub_1',
    customerId: 'cus_1',
    businessId: null,
    itemId: 'si_1',
    priceId: 'price_own',
    currency: 'usd',
    state: 'paid',
    period: { start: START, end: END },
    anchor: START,
    isOnTrial: false,
    isMoved: false,
    isPaused: false,
    ...{ endsWithPeriod: false, endsBy: null, cancelAt: null, isScheduled: false },
    canceledAt: null,
    endedAt: null,
    intent: NOTHING,
    ...changes,
  };
}

function aSubscription(changes: Partial<Subscription> = {}): Subscription {
  return {
    planId: 'own',
    planVersion: 1,
    planAssigned: false,
    scheduledPlanId: null,
    status: 'active',
    anchor: START,
    cycle: 0,
    periodStart: START,
    periodEnd: END,
    autoRenew: true,
    cancelAtPeriodEnd: false,
    cancelAt: null,
    pausedAt: null,
    trialEndsAt: null,
    stripeSubscriptionId: 'sub_1',
    ...changes,
  } as Subscription;
}

function aPlan(id: string, unit = 'month', renews = true): PlanWithTerms {
  return { id, renews, terms: { intervalUnit: unit, intervalCount: 1 } } as PlanWithTerms;
}

function callsOfChangeTo(
  plan: PlanWithTerms,
  when: PlanChange['when'],
  changes: Partial<ChangeCallSetup> = {},
) {
  return callsOfChange({
    subscription: aSubscription(),
    plan: aPlan('own'),
    snapshot: aTruth(),
    change: { plan, when } as PlanChange,
    priceId: 'price_other',
    prorationDate: NOW,
    ...changes,
  });
}

function calls(
  command: Exclude<SubscriptionCommand, { kind: 'change' }>,
  subscription: Partial<Subscription> = {},
  snapshot: Partial<StripeSnapshot> = {},
) {
  return callsOf(command, aSubscription(subscription), aTruth(snapshot), NOW);
}

const REFUSED = expect.objectContaining({ code: 'invalid_state' }) as Error;
const WAITING: Intent = {
  ...NOTHING,
  nextPlanId: 'other',
  nextFrom: END,
  paidPriceId: 'price_own',
};
const WAITING_METADATA = {
  ...NO_METADATA,
  ...{ next_plan_id: 'other', next_from: String(END_SECONDS), paid_price_id: 'price_own' },
};

describe('a change now', () => {
  it('is invoiced at once for the second of its preview, and must be paid', () => {
    expect(callsOfChangeTo(aPlan('other'), 'now')).toEqual([
      {
        call: 'update',
        id: 'sub_1',
        parameters: {
          items: [{ id: 'si_1', price: 'price_other' }],
          cancel_at_period_end: false,
          proration_behavior: 'always_invoice',
          proration_date: Math.floor(NOW.getTime() / 1000),
          payment_behavior: 'error_if_incomplete',
          metadata: NO_METADATA,
        },
      },
    ]);
  });

  it.each([
    ['was canceled', { cancelAtPeriodEnd: true }, { canceled: 'true' }],
    ['is not renewed', { autoRenew: false }, { auto_renew: 'false' }],
  ])('keeps the end of one that %s', (_, changes, said) => {
    const subscription = aSubscription(changes);
    const [call] = callsOfChangeTo(aPlan('other'), 'now', { subscription });
    const metadata = { ...NO_METADATA, ...said };
    expect(call!.parameters).toMatchObject({ cancel_at_period_end: true, metadata });
  });

  it.each([
    ['the price is that of the next period already', aTruth({ intent: WAITING })],
    ['the end of the period was moved', aTruth({ isMoved: true })],
  ])('is refused where %s', (_, snapshot) => {
    expect(() => callsOfChangeTo(aPlan('other'), 'now', { snapshot })).toThrow(REFUSED);
    expect(callsOfChangeTo(aPlan('other'), 'period_end', { snapshot })).toHaveLength(1);
  });

  it('follows one that waited and has come', () => {
    const snapshot = aTruth({ intent: { ...WAITING, nextFrom: START } });
    expect(callsOfChangeTo(aPlan('other'), 'now', { snapshot })).toHaveLength(1);
  });

  it.each(['now', 'period_end'] as const)(
    'to a plan that does not renew is refused (%s)',
    (when) => {
      expect(() => callsOfChangeTo(aPlan('other', 'month', false), when)).toThrow(REFUSED);
    },
  );

  it('to a free plan ends the subscription, after saying what follows', () => {
    const metadata = { ...NO_METADATA, next_plan_id: 'free' };
    expect(callsOfChangeTo(aPlan('free'), 'now', { priceId: null })).toEqual([
      { call: 'update', id: 'sub_1', parameters: { metadata } },
      { call: 'cancel', id: 'sub_1', parameters: {} },
    ]);
  });
});

describe('a change at the end of the period', () => {
  it.each([
    ['month', {}],
    ['year', { trial_end: END_SECONDS }],
  ])('sets the next price without money (%s)', (unit, trial) => {
    expect(callsOfChangeTo(aPlan('other', unit), 'period_end')).toMatchObject([
      {
        parameters: {
          items: [{ id: 'si_1', price: 'price_other' }],
          proration_behavior: 'none',
          metadata: WAITING_METADATA,
          ...trial,
        },
      },
    ]);
    const [call] = callsOfChangeTo(aPlan('other', unit), 'period_end');
    expect('trial_end' in call!.parameters).toBe(unit === 'year');
  });

  it('is called off by the own plan, whose price comes back', () => {
    const subscription = aSubscription({ scheduledPlanId: 'other' });
    const snapshot = aTruth({ priceId: 'price_other', intent: WAITING });
    const setup = { subscription, snapshot, priceId: 'price_own' };
    const items = [{ id: 'si_1', price: 'price_own' }];
    const back = { items, cancel_at_period_end: false, metadata: NO_METADATA };
    expect(callsOfChangeTo(aPlan('own'), 'now', setup)).toEqual([
      { call: 'update', id: 'sub_1', parameters: { ...back, proration_behavior: 'none' } },
    ]);
  });

  it('to the own plan is nothing where nothing waits', () => {
    expect(callsOfChangeTo(aPlan('own'), 'now')).toEqual([]);
  });

  it('to the own plan is something where staff gave it beside', () => {
    const subscription = aSubscription({ planAssigned: true });
    expect(callsOfChangeTo(aPlan('own'), 'now', { subscription })).toHaveLength(1);
  });
});

describe('other commands', () => {
  it.each([
    ['a plain one', NOTHING, []],
    ['one whose next price is set', WAITING, []],
    ['one that is not renewed', { ...NOTHING, isNotRenewed: true }, [NO_METADATA]],
    ['one that a free plan follows', { ...NOTHING, nextPlanId: 'free' }, [NO_METADATA]],
  ])('cancel now: %s', (_, intent, cleared) => {
    expect(calls({ kind: 'cancel', when: 'now' }, {}, { intent })).toEqual([
      ...cleared.map((metadata) => ({ call: 'update', id: 'sub_1', parameters: { metadata } })),
      { call: 'cancel', id: 'sub_1', parameters: {} },
    ]);
  });

  it('cancel at the end of the period once, and keep what waits behind it', () => {
    const cancel = { kind: 'cancel', when: 'period_end' } as const;
    expect(calls(cancel, {}, { intent: WAITING })).toMatchObject([
      {
        parameters: {
          cancel_at_period_end: true,
          metadata: { ...WAITING_METADATA, canceled: 'true' },
        },
      },
    ]);
    expect(calls(cancel, { cancelAtPeriodEnd: true })).toEqual([]);
    expect(() => calls(cancel, { status: 'paused' })).toThrow(REFUSED);
  });

  it('take a cancellation back, if there is one', () => {
    const canceled = { cancelAtPeriodEnd: true };
    expect(calls({ kind: 'uncancel' }, canceled)).toMatchObject([
      { parameters: { cancel_at_period_end: false, metadata: NO_METADATA } },
    ]);
    expect(() => calls({ kind: 'uncancel' })).toThrow(REFUSED);
  });

  it.each([
    ['a cancellation', { kind: 'uncancel' }, { cancelAtPeriodEnd: true }],
    ['an end of renewal', { kind: 'set_auto_renew', autoRenew: true }, { autoRenew: false }],
  ] as const)('take %s back, and not what it had called off', (_, command, standing) => {
    const waiting = { priceId: 'price_other', intent: WAITING };
    const price = { items: [{ id: 'si_1', price: 'price_own' }], proration_behavior: 'none' };
    expect(calls(command, standing, waiting)).toMatchObject([
      { parameters: { cancel_at_period_end: false, ...price, metadata: NO_METADATA } },
    ]);
    const ofOwn = { ...WAITING, nextPlanId: 'own' };
    expect(calls(command, standing, { intent: ofOwn })).toMatchObject([
      { parameters: { metadata: { ...WAITING_METADATA, next_plan_id: 'own' } } },
    ]);
  });

  const IN_PERIOD = { endsWithPeriod: true, endsBy: 'date', cancelAt: END } as const;
  const NEXT_MONTH = new Date('2026-04-20T00:00:00Z');
  const LATER = { endsWithPeriod: false, endsBy: 'date', cancelAt: NEXT_MONTH } as const;
  const parametersOf = (made: StripeCall[]) => made.map(({ parameters }) => parameters);

  it.each([
    ['a date in the period', { cancelAtPeriodEnd: true }, IN_PERIOD],
    ['a date in a later one', { cancelAt: LATER.cancelAt }, LATER],
  ])('take back %s by the parameter of the date alone', (_, subscription, snapshot) => {
    expect(parametersOf(calls({ kind: 'uncancel' }, subscription, snapshot))).toEqual([
      { cancel_at: '', metadata: NO_METADATA },
    ]);
  });

  it('take back a date, and leave renewal off', () => {
    const intent = { ...NOTHING, isNotRenewed: true };
    const made = calls({ kind: 'uncancel' }, { cancelAtPeriodEnd: true }, { ...IN_PERIOD, intent });
    expect(made).toMatchObject([{ parameters: { cancel_at_period_end: true } }]);
  });

  it('cancel at the end of the period in place of a date in a later one', () => {
    const made = calls({ kind: 'cancel', when: 'period_end' }, {}, LATER);
    expect(made).toMatchObject([{ parameters: { cancel_at_period_end: true } }]);
  });

  it('switch renewal off, and leave a date that is earlier', () => {
    const off = { kind: 'set_auto_renew', autoRenew: false } as const;
    const metadata = { ...NO_METADATA, auto_renew: 'false', canceled: 'true' };
    expect(parametersOf(calls(off, { cancelAtPeriodEnd: true }, IN_PERIOD))).toEqual([
      { metadata },
    ]);
  });

  it.each([
    { kind: 'uncancel' } as const,
    { kind: 'set_auto_renew', autoRenew: false } as const,
    { kind: 'cancel', when: 'period_end' } as const,
  ])('leave the end to a schedule: %j', (command) => {
    const waiting = command.kind === 'uncancel' ? { cancelAtPeriodEnd: true } : {};
    const snapshot = command.kind === 'uncancel' ? IN_PERIOD : {};
    expect(() => calls(command, waiting, { ...snapshot, isScheduled: true })).toThrow(REFUSED);
  });

  it('switch renewal off and on, and do nothing where it is so', () => {
    const off = { kind: 'set_auto_renew', autoRenew: false } as const;
    const metadata = { ...WAITING_METADATA, auto_renew: 'false' };
    expect(calls(off, {}, { intent: WAITING })).toMatchObject([
      { parameters: { cancel_at_period_end: true, metadata } },
    ]);
    expect(calls(off, { autoRenew: false })).toEqual([]);
    expect(calls({ ...off, autoRenew: true }, { autoRenew: false })).toMatchObject([
      { parameters: { cancel_at_period_end: false, metadata: NO_METADATA } },
    ]);
  });

  it('end it because of the business or the plan, and take that back, beside what the owner wants', () => {
    const because = (reason: EndReason | null) => ({ kind: 'end_because', reason }) as const;
    const ended = { endsWithPeriod: true, intent: { ...NOTHING, endReason: 'plan_free' } } as const;
    const told = (cancel_at_period_end: boolean, end_reason: string, canceled = '') => [
      { parameters: { cancel_at_period_end, metadata: { ...NO_METADATA, end_reason, canceled } } },
    ];
    expect(calls(because('plan_free'))).toMatchObject(told(true, 'plan_free'));
    expect(calls(because('plan_free'), {}, ended)).toEqual([]);
    const undone = { ...ended, endsWithPeriod: false }; // by hand at Stripe
    expect(calls(because('plan_free'), {}, undone)).toMatchObject(told(true, 'plan_free'));
    expect(calls(because(null), {}, ended)).toMatchObject(told(false, ''));
    const canceled = { cancelAtPeriodEnd: true };
    expect(calls(because(null), canceled, ended)).toMatchObject(told(true, '', 'true'));
    expect(calls({ kind: 'uncancel' }, canceled, ended)).toMatchObject(told(true, 'plan_free'));
    expect(calls(because(null))).toEqual([]);
  });

  it('pause what runs and is paid', () => {
    expect(calls({ kind: 'pause' })).toEqual([
      { call: 'update', id: 'sub_1', parameters: { pause_collection: { behavior: 'void' } } },
    ]);
    for (const status of ['past_due', 'paused', 'canceled', 'expired'] as const)
      expect(() => calls({ kind: 'pause' }, { status })).toThrow(REFUSED);
  });

  it.each([
    ['nothing', NOTHING, {}],
    [
      'a change',
      WAITING,
      { next_plan_id: 'other', next_from: 'the end', paid_price_id: 'price_own' },
    ],
    ['an end', { ...NOTHING, isNotRenewed: true }, { auto_renew: 'false' }],
    ['a free plan', { ...NOTHING, nextPlanId: 'free' }, { next_plan_id: 'free' }],
  ])('resume, with all that waits moved too: %s', (_, intent, waiting) => {
    const pausedAt = new Date(NOW.getTime() - 7_000_900);
    const [call] = calls({ kind: 'resume' }, { status: 'paused', pausedAt }, { intent });
    const end = String(END_SECONDS + 7_000);
    const metadata = { ...NO_METADATA, ...waiting, resumed_until: end };
    expect(call!.parameters).toEqual({
      pause_collection: '',
      trial_end: Number(end),
      proration_behavior: 'none',
      metadata: 'next_from' in waiting ? { ...metadata, next_from: end } : metadata,
    });
  });

  it('do not resume what runs', () => {
    expect(() => calls({ kind: 'resume' })).toThrow(REFUSED);
  });

  it('credit the rest where staff end it, and leave it alone where they keep it', () => {
    const assign = { kind: 'assign', planId: 'beta', reason: 'because' } as const;
    expect(calls({ ...assign, stripe: 'cancel' })).toEqual([
      { call: 'cancel', id: 'sub_1', parameters: { prorate: true, invoice_now: true } },
    ]);
    expect(calls({ ...assign, stripe: 'keep' })).toEqual([]);
  });
});
