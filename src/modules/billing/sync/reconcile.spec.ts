import {
  APRIL,
  big,
  day,
  FEBRUARY,
  following,
  free,
  JANUARY,
  MARCH,
  NOW,
  settle,
  step,
  snapshotOf,
  yearly,
} from '../../../../test/support/reconciled';
import { subscriptionTo } from '../../../../test/support/subscription-fixtures';
import { runsUntilWhilePaid } from '../../subscriptions/decisions/overdue';
import { isEnded } from '../../subscriptions/decisions/subscription-view';
import type { Subscription } from '../../subscriptions/subscription.entity';
import type { SubscriptionWrite } from '../../subscriptions/decisions/subscription-write';
import { isFollowing, type ReconcileSetup } from './reconcile';
import type { Intent, StripeSnapshot } from '../stripe/stripe-snapshot';

// Single steps, and where they end. Stripe's month is 31 January to 28 February, and so on.

describe('a subscription that does not follow', () => {
  const onFree = subscriptionTo(free, day('02-05'));

  it('is replaced by one that does, which carries what was used', () => {
    const write = step(onFree, snapshotOf(), { plan: free })!;
    expect(write.next).toMatchObject({ isCurrent: false, status: 'canceled', endedAt: NOW });
    expect(write.closed).toEqual({ ordinal: 1, start: day('02-05'), end: NOW, planId: 'free' });
    expect(write.usage).toBe('carried');
    expect(write.successor).toMatchObject({
      ...{ status: 'active', planId: 'pro', stripeSubscriptionId: 'sub_1', periodOrdinal: 1 },
      ...{ periodStart: NOW, periodEnd: FEBRUARY, anchor: JANUARY, cycle: 0 },
      runsUntil: runsUntilWhilePaid(FEBRUARY),
    });
  });

  it('begins with the trial that Stripe gives', () => {
    const write = step(onFree, snapshotOf({ isOnTrial: true }), { plan: free })!;
    expect(write.successor).toMatchObject({
      ...{
        status: 'trialing',
        periodOrdinal: 0,
        cycle: -1,
        anchor: FEBRUARY,
        trialEndsAt: FEBRUARY,
      },
    });
  });

  it('knows which interval of Stripe it begins in', () => {
    const snapshot = snapshotOf({ period: { start: MARCH, end: APRIL } });
    const write = step(onFree, snapshot, { plan: free, now: day('04-10') })!;
    expect(write.successor).toMatchObject({ anchor: JANUARY, cycle: 2, periodEnd: APRIL });
  });

  it('has a new quota where its last period is over', () => {
    const ended = {
      ...onFree,
      status: 'expired',
      endedAt: day('02-07'),
      periodEnd: day('02-07'),
    } as const;
    const write = step(ended, snapshotOf(), { plan: free })!;
    expect(write).toMatchObject({ closed: null, usage: 'reset', successor: { periodStart: NOW } });
  });

  const nothing: [string, Partial<StripeSnapshot>][] = [
    ['the first payment is missing', { state: 'unstarted' }],
    ['a payment is missing', { state: 'unpaid' }],
    ['the trial was not paid for', { state: 'trial_unpaid' }],
    ['it has ended', { state: 'ended', endedAt: NOW }],
    ['it is paused', { isPaused: true }],
    ['its period is long over', { period: { start: day('01-01'), end: day('02-01') } }],
  ];
  it.each(nothing)('gets nothing while %s', (_, changes) => {
    expect(step(onFree, snapshotOf(changes), { plan: free })).toBeNull();
  });

  it('is not the one that has ended, though it followed the same', () => {
    const canceled = following({ status: 'canceled', endedAt: NOW });
    expect(isFollowing(canceled, snapshotOf())).toBe(false);
    expect(step(canceled, snapshotOf())!.successor).toMatchObject({
      stripeSubscriptionId: 'sub_1',
    });
  });
});

describe('a subscription that follows', () => {
  it('has no step where nothing is different', () => {
    expect(step(following(), snapshotOf())).toBeNull();
  });

  interface Row {
    what: string;
    local?: Partial<Subscription>;
    snapshot?: Partial<StripeSnapshot>;
    intent?: Partial<Intent>;
    plans?: Partial<ReconcileSetup>;
    becomes: Partial<Subscription>;
    closed?: [number, Date];
    usage?: SubscriptionWrite['usage'];
  }

  const paused: Partial<Subscription> = { status: 'paused', pausedAt: NOW, runsUntil: null };
  const late = { status: 'past_due', pastDueSince: JANUARY, runsUntil: day('02-14') } as const;
  const second = { start: FEBRUARY, end: MARCH };
  const rows: Row[] = [
    {
      what: 'the period is over: the next one is Stripe’s',
      snapshot: { period: second },
      becomes: { periodOrdinal: 2, cycle: 1, periodStart: FEBRUARY, periodEnd: MARCH },
      closed: [1, FEBRUARY],
      usage: 'reset',
    },
    {
      what: 'the trial is over and paid for',
      local: { status: 'trialing', cycle: -1, periodOrdinal: 0, anchor: FEBRUARY },
      snapshot: { period: second, anchor: FEBRUARY },
      becomes: { status: 'active', periodOrdinal: 1, cycle: 0, periodEnd: MARCH },
      closed: [0, FEBRUARY],
      usage: 'reset',
    },
    {
      what: 'a payment is missing',
      snapshot: { state: 'unpaid' },
      becomes: {
        status: 'past_due',
        pastDueSince: NOW, // the period began long ago: a later payment has failed
        runsUntil: day('02-17'),
        dunningMails: 0,
      },
    },
    {
      what: 'the payment was made',
      local: { ...late, dunningMails: 2 },
      becomes: {
        status: 'active',
        pastDueSince: null,
        runsUntil: runsUntilWhilePaid(FEBRUARY),
        dunningMails: 0,
      },
    },
    {
      what: 'the trial ended without a way to pay',
      local: { status: 'trialing', cycle: -1, periodOrdinal: 0 },
      snapshot: { state: 'trial_unpaid' },
      becomes: { status: 'active', planId: 'free', stripeSubscriptionId: null, runsUntil: null },
      closed: [0, FEBRUARY],
      usage: 'reset',
    },
    {
      what: 'it was canceled',
      snapshot: { state: 'ended', endedAt: day('02-09'), canceledAt: day('02-08') },
      becomes: {
        status: 'canceled',
        canceledAt: day('02-08'),
        endedAt: day('02-09'),
        periodEnd: day('02-09'),
      },
      closed: [1, day('02-09')],
    },
    {
      what: 'it was canceled while it was paused',
      local: paused,
      snapshot: { state: 'ended', endedAt: day('02-09') },
      becomes: { status: 'canceled', pausedAt: null, endedAt: day('02-09') },
      closed: [1, day('02-09')],
    },
    {
      what: 'it ended because it was not to be renewed',
      local: { autoRenew: false },
      snapshot: { state: 'ended', endedAt: FEBRUARY, canceledAt: NOW },
      intent: { isNotRenewed: true },
      becomes: { status: 'expired', canceledAt: null, endedAt: FEBRUARY },
      closed: [1, FEBRUARY],
    },
    {
      what: 'it ended, and a free plan follows',
      snapshot: { state: 'ended', endedAt: FEBRUARY },
      intent: { nextPlanId: 'free' },
      plans: { next: free },
      becomes: {
        status: 'active',
        planId: 'free',
        stripeSubscriptionId: null,
        periodStart: FEBRUARY,
      },
      closed: [1, FEBRUARY],
      usage: 'reset',
    },
    {
      what: 'it was paused',
      snapshot: { isPaused: true },
      becomes: { status: 'paused', pausedAt: NOW, runsUntil: null },
    },
    {
      what: 'it was canceled to its period’s end while it was paused',
      local: paused,
      snapshot: { isPaused: true, endsWithPeriod: true, canceledAt: NOW },
      becomes: { status: 'paused', pausedAt: NOW, cancelAtPeriodEnd: true, canceledAt: NOW },
    },
    {
      what: 'it was paused while a payment was missing',
      local: late,
      snapshot: { isPaused: true, state: 'unpaid' },
      becomes: { status: 'paused', pausedAt: NOW, runsUntil: null, pastDueSince: null },
    },
    {
      what: 'it was resumed',
      local: paused,
      becomes: { status: 'active', pausedAt: null, runsUntil: runsUntilWhilePaid(FEBRUARY) },
    },
    {
      what: 'it was resumed with a later end',
      local: paused,
      snapshot: { period: { start: NOW, end: MARCH }, isMoved: true },
      intent: { resumedUntil: MARCH },
      becomes: {
        status: 'active',
        periodOrdinal: 1,
        periodEnd: MARCH,
        runsUntil: runsUntilWhilePaid(MARCH),
      },
    },
    {
      what: 'another plan is paid for',
      plans: { paid: big },
      becomes: { planId: 'big', periodEnd: FEBRUARY, periodOrdinal: 1 },
    },
    {
      what: 'another interval began',
      snapshot: {
        period: { start: day('02-09'), end: new Date('2028-02-09T10:00:00Z') },
        anchor: day('02-09'),
      },
      plans: { paid: yearly },
      becomes: {
        planId: 'yearly',
        periodOrdinal: 2,
        cycle: 0,
        anchor: day('02-09'),
        periodStart: NOW,
      },
      closed: [1, NOW],
      usage: 'carried',
    },
    {
      what: 'another interval began in the second in which the period had',
      local: { anchor: day('01-01'), cycle: 4 },
      snapshot: { period: { start: JANUARY, end: new Date('2028-01-31T10:00:00Z') } },
      plans: { paid: yearly },
      becomes: { planId: 'yearly', periodOrdinal: 1, cycle: 0, anchor: JANUARY },
    },
    {
      what: 'staff gave another plan, which stays',
      local: { planAssigned: true },
      plans: { paid: big },
      snapshot: { endsWithPeriod: true, canceledAt: NOW },
      becomes: { planId: 'pro', planAssigned: true, cancelAtPeriodEnd: true },
    },
    {
      what: 'it ends with its period',
      snapshot: { endsWithPeriod: true, canceledAt: day('02-08') },
      becomes: { cancelAtPeriodEnd: true, canceledAt: day('02-08'), autoRenew: true },
    },
    {
      what: 'it ends on a date in its period',
      snapshot: { endsWithPeriod: true, cancelAt: day('02-20'), canceledAt: day('02-08') },
      becomes: { cancelAtPeriodEnd: true, cancelAt: day('02-20'), canceledAt: day('02-08') },
    },
    {
      what: 'it ends on a date in a later period',
      snapshot: { cancelAt: day('05-20'), canceledAt: day('02-08') },
      becomes: { cancelAtPeriodEnd: false, cancelAt: day('05-20'), canceledAt: day('02-08') },
    },
    {
      what: 'the date was taken back',
      local: { cancelAtPeriodEnd: true, cancelAt: day('02-20'), canceledAt: NOW },
      becomes: { cancelAtPeriodEnd: false, cancelAt: null, canceledAt: null },
    },
    {
      what: 'it is renewed after all, as was said in the portal',
      local: { autoRenew: false },
      intent: { isNotRenewed: true },
      becomes: { autoRenew: true },
    },
    {
      what: 'no free plan follows after all, as was said in the portal',
      local: { scheduledPlanId: 'free' },
      intent: { nextPlanId: 'free' },
      plans: { next: free },
      becomes: { scheduledPlanId: null },
    },
    {
      what: 'that was taken back',
      local: { cancelAtPeriodEnd: true, canceledAt: NOW },
      becomes: { cancelAtPeriodEnd: false, canceledAt: null },
    },
    {
      what: 'it is not to be renewed',
      snapshot: { endsWithPeriod: true, canceledAt: NOW },
      intent: { isNotRenewed: true },
      becomes: { autoRenew: false, cancelAtPeriodEnd: false, canceledAt: null },
    },
    {
      what: 'a free plan follows its period',
      snapshot: { endsWithPeriod: true, canceledAt: NOW },
      intent: { nextPlanId: 'free' },
      plans: { next: free },
      becomes: { scheduledPlanId: 'free', planId: 'pro', cancelAtPeriodEnd: false },
    },
    {
      what: 'a dearer plan follows its period, and its price is set already',
      intent: { nextPlanId: 'big', nextFrom: FEBRUARY },
      plans: { paid: big, next: big },
      becomes: { scheduledPlanId: 'big', planId: 'pro' },
    },
    {
      what: 'that plan begins',
      local: { scheduledPlanId: 'big' },
      snapshot: { period: second },
      intent: { nextPlanId: 'big', nextFrom: FEBRUARY },
      plans: { paid: big, next: big },
      becomes: { planId: 'big', scheduledPlanId: null, periodOrdinal: 2, periodEnd: MARCH },
      closed: [1, FEBRUARY],
      usage: 'reset',
    },
  ];

  it.each(rows)('$what', ({ local, snapshot, intent, plans, becomes, closed, usage = 'kept' }) => {
    const before = following(local);
    const write = step(before, snapshotOf(snapshot, intent), plans)!;
    expect(write.next).toMatchObject(becomes);
    expect(write.closed ? [write.closed.ordinal, write.closed.end] : undefined).toEqual(closed);
    expect([write.successor, write.usage]).toEqual([null, usage]);
  });

  it.each(rows)('settles, and then has no step: $what', ({ local, snapshot, intent, plans }) => {
    const said = snapshotOf(snapshot, intent);
    const { current } = settle(following(local), said, plans);
    if (!isEnded(current)) expect(step(current, said, plans)).toBeNull();
  });
});

it('what Stripe calls active long after the end of its period is past due since that end', () => {
  const { current } = settle(following(), snapshotOf(), { now: day('03-01') });
  expect(current).toMatchObject({ status: 'past_due', pastDueSince: FEBRUARY });
});
