import { isDeepStrictEqual } from 'node:util';
import { newId } from '../../common/ids';
import { applyGrants, type GrantChanges } from '../features/grants';
import type { CreatePlanRequest, UpdatePlanRequest } from './dto/plan.requests';
import type { PlanVersion, PlanWithTerms } from './plan.entity';
import {
  defaultPlanMustBeFree,
  defaultPlanMustRenew,
  planArchived,
  planCurrencyFixed,
  planIsDefault,
} from './plans.errors';

// Edits of plans by staff, without the database.

type Terms = Pick<PlanVersion, 'priceAmount' | 'priceCurrency' | 'intervalUnit' | 'intervalCount'>;

/** Subscribers who stay on an archived plan depend on these. */
const OPEN_WHEN_ARCHIVED: readonly (keyof PlanWithTerms)[] = ['name', 'description', 'grants'];

/** A plan in its first version. */
export function computeNewPlan(
  request: CreatePlanRequest,
  granted: GrantChanges,
  now: Date,
): PlanWithTerms {
  const { slug, name, price, interval } = request;
  const id = newId();
  return {
    ...{ id, slug, name, version: 1, createdAt: now, archivedAt: null },
    description: request.description ?? '',
    trialDays: request.trialDays ?? 0,
    graceDays: request.graceDays ?? 7,
    afterGrace: request.afterGrace ?? 'default_plan',
    renews: request.renews ?? true,
    isDefault: request.default ?? false,
    isPublic: request.public ?? true,
    grants: applyGrants({}, granted),
    terms: {
      ...{ planId: id, version: 1, createdAt: now },
      ...{ priceAmount: price.amount, priceCurrency: price.currency },
      ...{ intervalUnit: interval.unit, intervalCount: interval.count },
    },
  };
}

/** The plan after the request; omitted fields stay as they are, and so do features that it does not name. */
export function computeChangedPlan(
  plan: PlanWithTerms,
  request: UpdatePlanRequest,
  granted: GrantChanges,
  now: Date,
): PlanWithTerms {
  const terms = computeTerms(plan.terms, request, now);
  return {
    ...{ ...plan, terms, version: terms.version },
    name: request.name ?? plan.name,
    description: request.description ?? plan.description,
    trialDays: request.trialDays ?? plan.trialDays,
    graceDays: request.graceDays ?? plan.graceDays,
    afterGrace: request.afterGrace ?? plan.afterGrace,
    renews: request.renews ?? plan.renews,
    isDefault: request.default ?? plan.isDefault,
    isPublic: request.public ?? plan.isPublic,
    grants: applyGrants(plan.grants, granted),
  };
}

/**
 * Whether a plan may be changed so.
 * @param isPaidInOther whether subscribers pay for it in another currency than that of `after`
 * @throws 409 plan_archived, plan_currency_fixed, plan_is_default, default_plan_must_be_free, default_plan_must_renew
 */
export function assertChangeIsAllowed(
  before: PlanWithTerms,
  after: PlanWithTerms,
  isPaidInOther: boolean,
): void {
  if (before.archivedAt && !listChanges(before, after).every(isOpenWhenArchived))
    throw planArchived();
  const isNewPrice = after.version > before.version && after.terms.priceAmount > 0;
  if (isNewPrice && isPaidInOther) throw planCurrencyFixed();
  if (before.isDefault && !after.isDefault) throw planIsDefault();
  assertFitsAsDefault(after);
}

/** @throws 409 default_plan_must_be_free, default_plan_must_renew, for a plan that is or becomes the default */
export function assertFitsAsDefault({ isDefault, renews, terms }: PlanWithTerms): void {
  if (isDefault && terms.priceAmount > 0) throw defaultPlanMustBeFree();
  if (isDefault && !renews) throw defaultPlanMustRenew();
}

/** Equal terms keep the version, so subscribers see no change. */
function computeTerms(
  terms: PlanVersion,
  { price, interval }: UpdatePlanRequest,
  now: Date,
): PlanVersion {
  const wanted: Terms = {
    priceAmount: price?.amount ?? terms.priceAmount,
    priceCurrency: price?.currency ?? terms.priceCurrency,
    intervalUnit: interval?.unit ?? terms.intervalUnit,
    intervalCount: interval?.count ?? terms.intervalCount,
  };
  const isSame = (Object.keys(wanted) as (keyof Terms)[]).every(
    (key) => wanted[key] === terms[key],
  );
  if (isSame) return terms;
  return { ...wanted, planId: terms.planId, version: terms.version + 1, createdAt: now };
}

function listChanges(before: PlanWithTerms, after: PlanWithTerms): (keyof PlanWithTerms)[] {
  const fields = Object.keys(after) as (keyof PlanWithTerms)[];
  return fields.filter((field) => !isDeepStrictEqual(before[field], after[field]));
}

function isOpenWhenArchived(field: keyof PlanWithTerms): boolean {
  return OPEN_WHEN_ARCHIVED.includes(field);
}
