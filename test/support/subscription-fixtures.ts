import type { Grants } from '../../src/common/features';
import { DomainError } from '../../src/common/problem';
import type { PlanWithTerms } from '../../src/modules/plans/plan.entity';
import type { ChangeSetup } from '../../src/modules/subscriptions/decisions/plan-change';
import { startOf } from '../../src/modules/subscriptions/decisions/subscription-start';
import type { UsageCounts } from '../../src/modules/entitlements/usage';
import type { Subscription } from '../../src/modules/subscriptions/subscription.entity';

/* Plans and subscriptions for tests without a database. */

type PlanChanges = Partial<Omit<PlanWithTerms, 'terms'>>;

/** A free monthly plan that renews, unless said otherwise. */
export function planOf(
  id: string,
  terms: Partial<PlanWithTerms['terms']> = {},
  changes: PlanChanges = {},
): PlanWithTerms {
  const createdAt = new Date(0);
  const version = terms.version ?? 1;
  return {
    ...{ id, slug: id, name: id, description: '', version, trialDays: 0, graceDays: 7 },
    ...{ afterGrace: 'default_plan', renews: true, isDefault: false, isPublic: true },
    ...{ grants: limitsOf({ recordings: 100, applications: 1, seats: 3 }), createdAt },
    archivedAt: null,
    terms: {
      ...{ planId: id, version, priceAmount: 0, priceCurrency: 'usd' },
      ...{ intervalUnit: 'month', intervalCount: 1, createdAt },
      ...terms,
    },
    ...changes,
  };
}

/** A subscription that began with its plan at a moment. */
export function subscriptionTo(
  plan: PlanWithTerms,
  start: Date,
  changes: Partial<Subscription> = {},
): Subscription {
  const ids = { businessId: 'business', id: 'subscription' };
  return { ...startOf(plan, start), ...ids, createdAt: start, ...changes };
}

/** Hard limits; null: unlimited. */
export function limitsOf(limits: Record<string, number | null>): Grants {
  const entries = Object.entries(limits).map(([key, limit]) => [key, { limit, mode: 'hard' }]);
  return Object.fromEntries(entries) as Grants;
}

type Used = Partial<Record<'recordings' | 'applications' | 'seats', number>>;

const UNTOUCHED = { carriedOver: 0, credited: 0, credits: 0, reserved: 0, ownGrant: null };

export function countsOf({ recordings = 0, applications = 0, seats = 1 }: Used = {}): UsageCounts {
  return {
    applications: { kind: 'allocated', resets: null, used: applications, ...UNTOUCHED },
    recordings: { kind: 'metered', resets: 'period', used: recordings, ...UNTOUCHED },
    seats: { kind: 'allocated', resets: null, used: seats, ...UNTOUCHED },
  };
}

export function setupOf(
  plan: PlanWithTerms,
  subscription: Subscription,
  used: Used = {},
): ChangeSetup {
  return {
    subscription,
    plan,
    counts: countsOf(used),
    hadTrial: subscription.trialEndsAt !== null,
    hasProvider: true,
  };
}

/** The code of the problem that is thrown; null when there is none. */
export function problemOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
