import type { Grant, LimitGrant } from '../../common/features';
import {
  computeMeteredRemaining,
  computeRemaining,
  type FeatureUsage,
} from '../entitlements/usage';
import type { Feature } from '../features/feature.entity';
import type { SubscriptionView } from '../subscriptions/decisions/subscription-view';

/** Why the answer is no; the first three are the codes of the refusals that would follow. */
export const CHECK_REASONS = [
  'subscription_inactive',
  'quota_exceeded',
  'limit_reached',
  'feature_archived',
  'not_enabled',
  'no_value',
] as const;
export type CheckReason = (typeof CHECK_REASONS)[number];

/** The answer to a check, with what it was decided on. */
export interface Check {
  feature: Feature;
  /** Null: it is allowed. */
  reason: CheckReason | null;
  view: SubscriptionView;
}

/** What is known of a business when it asks for a feature. */
export interface Known {
  feature: Pick<Feature, 'kind' | 'archivedAt'>;
  /** Its own grant, else the plan's; undefined: the feature is off. */
  grant: Grant | undefined;
  /** Of a metered or allocated feature that is used or not archived. */
  usage: FeatureUsage | undefined;
  /** Whether its subscription allows creating things. */
  isActive: boolean;
}

/** Why so many more of a feature would be refused now; null: they would not. Pure. */
export function findReason(known: Known, amount: number): CheckReason | null {
  const { feature, grant, usage, isActive } = known;
  if (feature.archivedAt) return 'feature_archived';
  if (feature.kind === 'flag') return isEnabled(grant) ? null : 'not_enabled';
  if (feature.kind === 'config') return grant && 'value' in grant ? null : 'no_value';
  if (!isActive) return 'subscription_inactive';
  if (hasRoom(grant as LimitGrant | undefined, usage, amount)) return null;
  return feature.kind === 'metered' ? 'quota_exceeded' : 'limit_reached';
}

function isEnabled(grant: Grant | undefined): boolean {
  return grant !== undefined && 'enabled' in grant && grant.enabled;
}

function hasRoom(
  grant: LimitGrant | undefined,
  usage: FeatureUsage | undefined,
  amount: number,
): boolean {
  if (!grant || !usage) return false;
  const { limit, mode } = grant;
  if (limit === null || mode === 'soft') return true;
  const isMetered = usage.kind === 'metered';
  const remaining = isMetered
    ? computeMeteredRemaining(usage, limit)
    : computeRemaining(usage.used + usage.reserved, limit);
  return amount <= remaining;
}
