import { planOf, problemOf, subscriptionTo } from '../../../../test/support/subscription-fixtures';
import { beginGrace, decideOverdue, fallBackTo, runsUntilWhilePaid } from './overdue';
import { closeNow, type SubscriptionWrite } from './subscription-write';
import type { Subscription } from '../subscription.entity';

const START = new Date('2027-01-31T10:00:00Z');
const END = new Date('2027-02-28T10:00:00Z');
const paid = planOf('paid', { priceAmount: 4_900 }, { graceDays: 7 });
const free = planOf('free', { intervalUnit: 'day', intervalCount: 15 });

/** To the paid plan, following Stripe. */
function subscription(changes: Partial<Subscription> = {}): Subscription {
  const following = { stripeSubscriptionId: 'sub_1', runsUntil: runsUntilWhilePaid(END) };
  return subscriptionTo(paid, START, { ...following, ...changes });
}

function pastDue(changes: Partial<Subscription> = {}): Subscription {
  return { ...beginGrace(subscription(), paid, END), ...changes };
}

it('what is paid for runs two hours longer than its period', () => {
  expect(runsUntilWhilePaid(END)).toEqual(new Date('2027-02-28T12:00:00Z'));
});

describe('beginGrace', () => {
  it.each(['trialing', 'active'] as const)(
    'counts the days from when payment was due: %s',
    (status) => {
      expect(beginGrace(subscription({ status, dunningMails: 3 }), paid, END)).toEqual({
        ...subscription(),
        ...{ status: 'past_due', pastDueSince: END, dunningMails: 0 },
        runsUntil: new Date('2027-03-07T10:00:00Z'),
      });
    },
  );

  it('may be no time at all', () => {
    expect(beginGrace(subscription(), { graceDays: 0 }, END).runsUntil).toEqual(END);
  });

  it.each(['paused', 'canceled', 'expired', 'past_due'] as const)(
    'is nothing for one that is %s',
    (status) => {
      expect(problemOf(() => beginGrace(subscription({ status }), paid, END))).toBe(
        'invalid_state',
      );
    },
  );
});

describe('decideOverdue', () => {
  const GRACE_END = new Date('2027-03-07T10:00:00Z');

  it.each(['trialing', 'active'] as const)(
    '%s without news is past due since its end',
    (status) => {
      const [write, ...more] = decideOverdue(
        subscription({ status }),
        paid,
        free,
        runsUntilWhilePaid(END),
      );
      expect(more).toEqual([]);
      expect(write).toMatchObject({ closed: null, successor: null, usage: 'kept' });
      expect(write!.next).toMatchObject({ status: 'past_due', pastDueSince: END, periodEnd: END });
    },
  );

  it('decides nothing before its time', () => {
    const before = new Date(+runsUntilWhilePaid(END) - 1);
    expect(decideOverdue(subscription(), paid, free, before)).toEqual([]);
    expect(decideOverdue(pastDue(), paid, free, new Date(+GRACE_END - 1))).toEqual([]);
    expect(decideOverdue(subscription({ runsUntil: null }), paid, free, GRACE_END)).toEqual([]);
  });

  it('out of grace, moves to the default plan from the end of the grace', () => {
    const late = pastDue({ periodStart: END, periodEnd: new Date('2027-03-31T10:00:00Z') });
    const [{ next, closed, usage }] = decideOverdue(late, paid, free, GRACE_END) as [
      SubscriptionWrite,
    ];
    expect(closed).toEqual({ ordinal: 1, start: END, end: GRACE_END, planId: 'paid' });
    expect(usage).toBe('carried'); // falling back gives no new quota
    expect(next).toMatchObject({
      ...{ status: 'active', planId: 'free', planVersion: 1, periodOrdinal: 2, cycle: 0 },
      ...{ anchor: GRACE_END, periodStart: GRACE_END, periodEnd: new Date('2027-03-22T10:00:00Z') },
      ...{ stripeSubscriptionId: null, runsUntil: null, pastDueSince: null, dunningMails: 0 },
    });
  });

  it('out of grace after the end of its period, has the quota of a new one', () => {
    expect(decideOverdue(pastDue(), paid, free, GRACE_END)).toMatchObject([{ usage: 'reset' }]);
  });

  it('takes both steps where the grace has passed too', () => {
    const [first, second, ...more] = decideOverdue(subscription(), paid, free, GRACE_END);
    expect(first!.next).toEqual(pastDue());
    expect([second]).toEqual(decideOverdue(pastDue(), paid, free, GRACE_END));
    expect(more).toEqual([]);
  });

  it('expires where the plan says so', () => {
    const expiring = { ...paid, afterGrace: 'expire' } as const;
    const writes = decideOverdue(pastDue(), expiring, free, GRACE_END);
    const ended = { status: 'expired', endedAt: GRACE_END, periodEnd: GRACE_END, runsUntil: null };
    expect(writes).toMatchObject([{ closed: { end: GRACE_END }, usage: 'kept' }]);
    expect(writes[0]!.next).toEqual({ ...pastDue(), ...ended });
  });
});

describe('fallBackTo', () => {
  it.each([
    ['past_due', 'active'],
    ['paused', 'active'],
    ['active', 'active'],
  ] as const)('from %s, it is %s on the plan and follows no provider', (status, expected) => {
    const asked = {
      cancelAtPeriodEnd: true,
      canceledAt: START,
      autoRenew: false,
      planAssigned: true,
    };
    const before = subscription({ status, pausedAt: status === 'paused' ? START : null, ...asked });
    const { next } = fallBackTo(free, before, closeNow(before, END));
    expect(next).toMatchObject({
      ...{ status: expected, planId: 'free', autoRenew: true, cancelAtPeriodEnd: false },
      ...{ canceledAt: null, pausedAt: null, planAssigned: false, stripeSubscriptionId: null },
    });
  });

  it('gives no second trial', () => {
    const withTrial = { ...free, trialDays: 30 };
    expect(fallBackTo(withTrial, subscription(), closeNow(subscription(), END)).next.status).toBe(
      'active',
    );
  });
});
