import { planOf, problemOf, subscriptionTo } from '../../../../test/support/subscription-fixtures';
import { cancel, pause, resume, setAutoRenew, uncancel } from './life-cycle';
import { SUBSCRIPTION_STATUSES, type Subscription } from '../subscription.entity';

const START = new Date('2027-01-31T10:00:00.000Z');
const END = new Date('2027-02-28T10:00:00.000Z');
const NOW = new Date('2027-02-10T12:00:00.000Z');

/** In its first month, from 31 January. */
function aSubscription(changes: Partial<Subscription> = {}): Subscription {
  return subscriptionTo(planOf('monthly'), START, changes);
}

function onTrial(changes: Partial<Subscription> = {}): Subscription {
  return subscriptionTo(planOf('tried', {}, { trialDays: 14 }), START, changes);
}

const PAUSED = { status: 'paused', pausedAt: NOW } as const;

function later(time: Date, days: number): Date {
  return new Date(time.getTime() + days * 86_400_000);
}

/** The statuses in which a decision is refused. */
function refusedIn(decide: (subscription: Subscription) => unknown): string[] {
  return SUBSCRIPTION_STATUSES.filter((status) => {
    const pausedAt = status === 'paused' ? NOW : null;
    const code = problemOf(() => decide(aSubscription({ status, pausedAt })));
    expect([null, 'invalid_state']).toContain(code);
    return code !== null;
  });
}

describe('cancel now', () => {
  it('closes the running period there', () => {
    const subscription = aSubscription({ scheduledPlanId: 'other', cancelAtPeriodEnd: true });
    expect(cancel(subscription, 'now', NOW)).toEqual({
      next: {
        ...subscription,
        status: 'canceled',
        canceledAt: NOW,
        endedAt: NOW,
        periodEnd: NOW,
        scheduledPlanId: null,
        cancelAtPeriodEnd: false,
      },
      closed: { ordinal: 1, start: START, end: NOW, planId: 'monthly' },
      successor: null,
      usage: 'kept',
    });
  });

  it('ends a pause, and a trial', () => {
    expect(cancel(aSubscription(PAUSED), 'now', NOW).next.pausedAt).toBeNull();
    expect(cancel(onTrial(), 'now', NOW).closed).toMatchObject({ ordinal: 0, end: NOW });
  });

  // A transaction that began before the boundary can come after the renewal.
  it.each([0, -1, -5000])('%d ms after the boundary, the new period lasts a millisecond', (ms) => {
    const now = new Date(START.getTime() + ms);
    const end = new Date(START.getTime() + 1);
    const { next, closed } = cancel(aSubscription(), 'now', now);
    expect(closed).toMatchObject({ start: START, end });
    expect(next).toMatchObject({ canceledAt: now, endedAt: end, periodEnd: end });
  });

  it('is refused once it has ended', () => {
    expect(refusedIn((subscription) => cancel(subscription, 'now', NOW))).toEqual([
      'canceled',
      'expired',
    ]);
  });
});

describe('cancel at the period end', () => {
  it('runs on until then, and drops the change that waits', () => {
    const subscription = aSubscription({ scheduledPlanId: 'other' });
    const { next, closed } = cancel(subscription, 'period_end', NOW);
    expect(closed).toBeNull();
    expect(next).toEqual({
      ...subscription,
      cancelAtPeriodEnd: true,
      canceledAt: NOW,
      scheduledPlanId: null,
    });
  });

  it('asked twice is asked once', () => {
    const asked = cancel(aSubscription(), 'period_end', NOW).next;
    expect(cancel(asked, 'period_end', later(NOW, 1)).next).toBe(asked);
  });

  it('is refused where the period does not end', () => {
    expect(refusedIn((subscription) => cancel(subscription, 'period_end', NOW))).toEqual([
      'paused',
      'canceled',
      'expired',
    ]);
  });
});

describe('uncancel', () => {
  it('takes a cancellation back that waits', () => {
    const asked = cancel(aSubscription(), 'period_end', NOW).next;
    expect(uncancel(asked).next).toEqual(aSubscription());
  });

  it('is refused where none waits, and after the end', () => {
    expect(problemOf(() => uncancel(aSubscription()))).toBe('invalid_state');
    const waiting = { cancelAtPeriodEnd: true };
    expect(refusedIn((subscription) => uncancel({ ...subscription, ...waiting }))).toEqual([
      'canceled',
      'expired',
    ]);
  });
});

describe('pause', () => {
  it('keeps all but the status, and since when', () => {
    const subscription = aSubscription({ scheduledPlanId: 'other' });
    const { next, closed } = pause(subscription, NOW);
    expect([next, closed]).toEqual([{ ...subscription, ...PAUSED }, null]);
  });

  it('is for trials and active subscriptions', () => {
    expect(pause(onTrial(), NOW).next.status).toBe('paused');
    expect(refusedIn((subscription) => pause(subscription, NOW))).toEqual([
      'past_due',
      'paused',
      'canceled',
      'expired',
    ]);
  });
});

describe('resume', () => {
  it('moves the anchor and the end of the period by the time paused; its start stays', () => {
    const { next } = resume(aSubscription(PAUSED), later(NOW, 10));
    expect(next).toEqual({
      ...aSubscription(),
      anchor: later(START, 10),
      periodStart: START,
      periodEnd: later(END, 10),
    });
  });

  it('lets the rest of a trial go on', () => {
    const { next } = resume(onTrial(PAUSED), later(NOW, 10));
    const end = later(START, 24);
    expect(next).toMatchObject({ status: 'trialing', anchor: end, periodEnd: end });
    expect(next.trialEndsAt).toEqual(end);
  });

  it('says of a trial that is over when it was over', () => {
    const trialEndsAt = START;
    const { next } = resume(aSubscription({ ...PAUSED, trialEndsAt }), later(NOW, 10));
    expect(next).toMatchObject({ status: 'active', trialEndsAt });
  });

  it('at the same moment, or before it, changes nothing else', () => {
    for (const now of [NOW, later(NOW, -1)])
      expect(resume(aSubscription(PAUSED), now).next).toEqual(aSubscription());
  });

  it('is for what is paused', () => {
    expect(refusedIn((subscription) => resume(subscription, NOW))).toEqual(
      SUBSCRIPTION_STATUSES.filter((status) => status !== 'paused'),
    );
  });
});

describe('setAutoRenew', () => {
  it('off drops the change that waits, which could not follow; on keeps it', () => {
    const subscription = aSubscription({ scheduledPlanId: 'other' });
    const off = { ...subscription, autoRenew: false, scheduledPlanId: null };
    expect(setAutoRenew(subscription, false).next).toEqual(off);
    expect(setAutoRenew(subscription, true).next).toEqual(subscription);
    expect(setAutoRenew(off, true).next).toMatchObject({ autoRenew: true });
  });

  it('is refused after the end', () => {
    expect(refusedIn((subscription) => setAutoRenew(subscription, true))).toEqual([
      'canceled',
      'expired',
    ]);
  });
});
