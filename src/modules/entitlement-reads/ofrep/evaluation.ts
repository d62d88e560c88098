import { createHash } from 'node:crypto';
import type { Grant } from '../../../common/features';
import type { Feature } from '../../features/feature.entity';
import { isOn, valueIn } from '../entitlements';

// Flags and values as OpenFeature's remote evaluation protocol (OFREP 0.2) has them. Pure.

/** OpenFeature's words for what decided: an own grant, the rollout, the plan, or nothing. */
export const EVALUATION_REASONS = ['TARGETING_MATCH', 'SPLIT', 'STATIC', 'DEFAULT'] as const;
export type EvaluationReason = (typeof EVALUATION_REASONS)[number];

export interface Evaluation {
  key: string;
  value: boolean | number | string;
  reason: EvaluationReason;
  /** Of flags: on or off. */
  variant?: string;
}

export interface EvaluationFault {
  key: string;
  errorCode: 'FLAG_NOT_FOUND' | 'TARGETING_KEY_MISSING';
  errorDetails: string;
}

/** What decides about one feature. */
export interface Subject {
  feature: Pick<Feature, 'key' | 'kind' | 'rolloutPercentage'>;
  /** The business's own grant. */
  own: Grant | undefined;
  /** What its plan grants. */
  ofPlan: Grant | undefined;
}

/** Own grant of the business, then the rollout, then the plan, then off. */
export function evaluate(
  { feature, own, ofPlan }: Subject,
  targetingKey: string | null,
): Evaluation | EvaluationFault {
  const { key, kind, rolloutPercentage } = feature;
  if (kind === 'config') return toValue(key, valueIn(own ?? ofPlan), own);
  if (kind !== 'flag') return notFound(key);
  if (own) return toFlag(key, isOn(own), 'TARGETING_MATCH');
  if (rolloutPercentage !== null) {
    if (targetingKey === null) return keyMissing(key);
    if (isRolledOut(key, targetingKey, rolloutPercentage)) return toFlag(key, true, 'SPLIT');
  }
  return toFlag(key, isOn(ofPlan), ofPlan ? 'STATIC' : 'DEFAULT');
}

/**
 * Whether a targeting key belongs to this share: by a hash of both keys, so it is the same on all servers and for
 * ever, other keys are in at another flag, and a larger share only adds keys.
 */
export function isRolledOut(key: string, targetingKey: string, percentage: number): boolean {
  const hash = createHash('sha256').update(`${key}:${targetingKey}`).digest();
  return hash.readUInt32BE(0) < (percentage / 100) * 2 ** 32;
}

/** The same for a flag that does not exist, and one that the caller may not see. */
export function notFound(key: string): EvaluationFault {
  const errorDetails = 'There is no flag or value with this key.';
  return { key, errorCode: 'FLAG_NOT_FOUND', errorDetails };
}

function keyMissing(key: string): EvaluationFault {
  const errorDetails = 'The flag is on for a share of targeting keys: send context.targetingKey.';
  return { key, errorCode: 'TARGETING_KEY_MISSING', errorDetails };
}

function toFlag(key: string, value: boolean, reason: EvaluationReason): Evaluation {
  return { key, value, reason, variant: value ? 'on' : 'off' };
}

/** A value that nothing grants is not found, so that the client uses the default of its code. */
function toValue(
  key: string,
  value: number | string | null,
  own: Grant | undefined,
): Evaluation | EvaluationFault {
  if (value === null) return notFound(key);
  return { key, value, reason: own ? 'TARGETING_MATCH' : 'STATIC' };
}
