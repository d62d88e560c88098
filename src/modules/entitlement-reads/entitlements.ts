import type {
  ConfigGrant,
  FlagGrant,
  Grant,
  Grants,
  LimitGrant,
  LimitMode,
} from '../../common/features';
import type { AllocatedUsage, FeatureUsage, MeteredUsage } from '../entitlements/usage';
import { toMetered } from '../entitlements/dto/usage.response';
import { computeRemaining, resetOf } from '../entitlements/usage';
import type { ListedFeature } from '../features/features.service';
import type { UsageView } from '../subscriptions/decisions/subscription-view';

// What a business has of each feature now. Pure.

/**
 * What decides: the plan, also by not naming the feature; the business's own grant; or credits alone, where the grant
 * leaves nothing.
 */
export const ENTITLEMENT_SOURCES = ['plan', 'business', 'credit'] as const;
export type EntitlementSource = (typeof ENTITLEMENT_SOURCES)[number];

interface Sourced {
  source: EntitlementSource;
}

export type Entitlement = Sourced &
  (
    | ({ kind: 'metered'; mode: LimitMode } & MeteredUsage)
    | ({ kind: 'allocated'; mode: LimitMode; overLimit: boolean } & AllocatedUsage)
    | { kind: 'flag'; enabled: boolean }
    | { kind: 'config'; value: number | string | null }
  );

/** All that decides what a business has, read at one moment. */
export interface Holdings {
  features: ListedFeature[];
  view: UsageView;
  /** Own grants of the business that have not ended. */
  own: Grants;
}

/** Of each feature that is not archived, and of archived ones that are used. By key, in the order of keys. */
export function computeEntitlements(
  { features, view, own }: Holdings,
  isShown: (feature: ListedFeature) => boolean = () => true,
): Record<string, Entitlement> {
  const entries = features
    .filter((feature) => isShown(feature) && (!feature.isArchived || view.counts[feature.key]))
    .map((feature) => [feature.key, toEntitlement(feature, view, own[feature.key])] as const);
  return Object.fromEntries(entries);
}

function toEntitlement(
  { key, kind }: ListedFeature,
  view: UsageView,
  own: Grant | undefined,
): Entitlement {
  const grant = own ?? view.plan.grants[key];
  const source = own ? 'business' : 'plan';
  if (kind === 'flag') return { kind, source, enabled: isOn(grant) };
  if (kind === 'config') return { kind, source, value: valueIn(grant) };
  return toLimited(view, view.counts[key]!, (grant as LimitGrant | undefined) ?? OFF, source); // counts name each of them
}

/** Whether this grant of a flag switches it on. */
export function isOn(grant: Grant | undefined): boolean {
  return (grant as FlagGrant | undefined)?.enabled ?? false;
}

/** What this grant of a config feature says; null: nothing. */
export function valueIn(grant: Grant | undefined): number | string | null {
  return (grant as ConfigGrant | undefined)?.value ?? null;
}

const OFF: LimitGrant = { limit: 0, mode: 'hard' };

function toLimited(
  { subscription, now }: UsageView,
  usage: FeatureUsage,
  { limit, mode }: LimitGrant,
  decider: EntitlementSource,
): Entitlement {
  if (usage.kind === 'allocated') {
    const remaining = computeRemaining(usage.used + usage.reserved, limit);
    const overLimit = limit !== null && usage.used > limit;
    const { kind, used } = usage;
    return { kind, source: decider, mode, used, limit, remaining, overLimit };
  }
  const source = limit === 0 && usage.credits > 0 ? 'credit' : decider;
  const resetsAt = resetOf(usage.resets, subscription.periodEnd, now);
  return { kind: usage.kind, source, mode, ...toMetered(usage, limit, resetsAt) };
}
