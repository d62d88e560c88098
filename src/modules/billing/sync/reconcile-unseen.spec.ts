import {
  APRIL,
  day,
  FEBRUARY,
  following,
  JANUARY,
  MARCH,
  NOW,
  settle,
  snapshotOf,
} from '../../../../test/support/reconciled';

describe('periods that passed unseen', () => {
  it('are closed in order, each where it ended; the last is Stripe’s', () => {
    const snapshot = snapshotOf({ period: { start: APRIL, end: day('05-31') } });
    const { current, closed } = settle(following(), snapshot, { now: day('05-10') });
    expect(closed).toEqual([FEBRUARY, MARCH, APRIL]);
    expect(current).toMatchObject({ status: 'active', periodOrdinal: 4, periodEnd: day('05-31') });
  });

  it('while it was past due, do not bring it back', () => {
    const late = following({ status: 'past_due', pastDueSince: JANUARY, runsUntil: day('12-01') });
    const snapshot = snapshotOf({ state: 'unpaid', period: { start: MARCH, end: APRIL } });
    const { current } = settle(late, snapshot, { now: day('04-10') });
    expect(current).toMatchObject({ status: 'past_due', periodOrdinal: 3, periodEnd: APRIL });
  });

  it('while it was paused, are closed after it is resumed', () => {
    const paused = following({ status: 'paused', pausedAt: NOW, runsUntil: null });
    const snapshot = snapshotOf({ period: { start: MARCH, end: APRIL } });
    const { current, closed } = settle(paused, snapshot, { now: day('04-10') });
    expect(closed).toEqual([FEBRUARY, MARCH]);
    expect(current).toMatchObject({ status: 'active', pausedAt: null, periodEnd: APRIL });
  });

  it('and then it ended: it ends where Stripe ended it', () => {
    const snapshot = snapshotOf({ state: 'ended', period: second(), endedAt: day('03-10') });
    const { current, closed } = settle(following(), snapshot, { now: day('03-20') });
    expect(closed).toEqual([FEBRUARY, day('03-10')]);
    expect(current).toMatchObject({ status: 'canceled', endedAt: day('03-10') });
  });

  const second = () => ({ start: FEBRUARY, end: MARCH });
});

it('what Stripe calls active long after the end of its period is past due since that end', () => {
  const { current } = settle(following(), snapshotOf(), { now: day('03-01') });
  expect(current).toMatchObject({ status: 'past_due', pastDueSince: FEBRUARY });
});
