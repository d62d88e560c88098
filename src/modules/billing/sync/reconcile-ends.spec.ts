import {
  big,
  FEBRUARY,
  following,
  free,
  MARCH,
  pro,
  step,
  snapshotOf,
} from '../../../../test/support/reconciled';
import type { Intent } from '../stripe/stripe-snapshot';

// What follows when Stripe ends a subscription with its period, by reason.

const proForNothing = { ...pro, version: 2, terms: { ...pro.terms, version: 2, priceAmount: 0 } };

function endedBy(intent: Partial<Intent>, changes: Parameters<typeof step>[2] = {}) {
  const snapshot = snapshotOf({ state: 'ended', endedAt: FEBRUARY, endsWithPeriod: true }, intent);
  return step(following(), snapshot, { now: MARCH, ...changes })!.next;
}

it.each(['business_deactivated', 'plan_not_renewed'] as const)('%s: it expires', (endReason) => {
  expect(endedBy({ endReason })).toMatchObject({ status: 'expired', endedAt: FEBRUARY });
});

describe('a plan that costs nothing any more', () => {
  it('goes on without Stripe', () => {
    const next = endedBy({ endReason: 'plan_free' }, { newest: proForNothing });
    expect(next).toMatchObject({ status: 'active', planId: 'pro', planVersion: 2 });
    expect(next).toMatchObject({ stripeSubscriptionId: null, endReason: null });
  });

  it('and costs something again is followed by the default plan', () => {
    expect(endedBy({ endReason: 'plan_free' })).toMatchObject({ planId: 'free', status: 'active' });
  });

  it('does not go on where the owner has canceled, or does not renew', () => {
    const [canceled, notRenewed] = [
      endedBy({ endReason: 'plan_free', isCanceled: true }, { newest: proForNothing }),
      endedBy({ endReason: 'plan_free', isNotRenewed: true }, { newest: proForNothing }),
    ];
    expect([canceled.status, notRenewed.status]).toEqual(['canceled', 'expired']);
  });
});

describe('a free plan that was asked for', () => {
  it.each([
    ['archived', { ...proForNothing, id: 'other', archivedAt: FEBRUARY }],
    ['given a price', big],
  ])('and was %s meanwhile is not given: the default plan follows', (_, next) => {
    expect(endedBy({ nextPlanId: next.id }, { next })).toMatchObject({ planId: free.id });
  });
});

it('an end that is asked for by staff is shown, beside what the owner has asked for', () => {
  const snapshot = { endsWithPeriod: true, endsBy: 'period' } as const;
  const because = { endReason: 'business_deactivated' } as const;
  expect(step(following(), snapshotOf(snapshot, because))!.next).toMatchObject({
    ...because,
    ...{ autoRenew: true, cancelAtPeriodEnd: false, canceledAt: null },
  });
  const both = step(following(), snapshotOf(snapshot, { ...because, isCanceled: true }))!.next;
  expect(both).toMatchObject({ ...because, cancelAtPeriodEnd: true });
  expect(step(following(), snapshotOf({}, because))).toBeNull(); // taken back at Stripe
});
