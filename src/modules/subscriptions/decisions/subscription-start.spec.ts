import type { PlanWithTerms } from '../../plans/plan.entity';
import { startOf } from './subscription-start';

const NOW = new Date('2026-01-31T23:30:00.123Z');

function aPlan(changes: Partial<PlanWithTerms>, terms: Partial<PlanWithTerms['terms']> = {}) {
  const plan: PlanWithTerms = {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    slug: 'plan',
    name: 'Plan',
    description: '',
    version: 3,
    trialDays: 0,
    graceDays: 7,
    afterGrace: 'default_plan',
    renews: true,
    isDefault: true,
    isPublic: true,
    grants: {},
    createdAt: NOW,
    archivedAt: null,
    terms: {
      planId: '01890a5d-ac96-774b-bcce-b302099a8057',
      version: 3,
      priceAmount: 0,
      priceCurrency: 'usd',
      intervalUnit: 'month',
      intervalCount: 1,
      createdAt: NOW,
      ...terms,
    },
    ...changes,
  };
  return plan;
}

describe('startOf', () => {
  it('a plan without trial begins with period n = 0, ordinal 1, from now', () => {
    expect(startOf(aPlan({}), NOW)).toEqual({
      planId: '01890a5d-ac96-774b-bcce-b302099a8057',
      planVersion: 3,
      scheduledPlanId: null,
      status: 'active',
      isCurrent: true,
      anchor: NOW,
      cycle: 0,
      periodOrdinal: 1,
      periodStart: NOW,
      periodEnd: new Date('2026-02-28T23:30:00.123Z'),
      autoRenew: true,
      cancelAtPeriodEnd: false,
      cancelAt: null,
      trialEndsAt: null,
      trialRemindedAt: null,
      priceToldOfVersion: null,
      endReason: null,
      pausedAt: null,
      canceledAt: null,
      endedAt: null,
      stripeSubscriptionId: null,
      planAssigned: false,
      runsUntil: null,
      pastDueSince: null,
      dunningMails: 0,
    });
  });

  it('takes the interval of the terms, with its count', () => {
    const { periodEnd } = startOf(aPlan({}, { intervalUnit: 'day', intervalCount: 15 }), NOW);
    expect(periodEnd).toEqual(new Date('2026-02-15T23:30:00.123Z'));
  });

  it('a plan with a trial begins with it as ordinal 0; its end is the anchor', () => {
    const trialEnd = new Date('2026-02-14T23:30:00.123Z');
    expect(startOf(aPlan({ trialDays: 14 }), NOW)).toMatchObject({
      status: 'trialing',
      anchor: trialEnd,
      cycle: -1,
      periodOrdinal: 0,
      periodStart: NOW,
      periodEnd: trialEnd,
      trialEndsAt: trialEnd,
    });
  });

  it('counts the days of a trial in UTC, across the change of clocks elsewhere', () => {
    const { periodEnd } = startOf(aPlan({ trialDays: 60 }), NOW);
    expect(periodEnd.getTime() - NOW.getTime()).toBe(60 * 86_400_000);
  });
});
