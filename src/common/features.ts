/** How a feature of a plan works; see docs/features.md. */
export const FEATURE_KINDS = ['metered', 'allocated', 'flag', 'config'] as const;
export type FeatureKind = (typeof FEATURE_KINDS)[number];

/** When the usage of a metered feature starts again from zero: with the period, at midnight UTC, or never. */
export const FEATURE_RESETS = ['period', 'day', 'never'] as const;
export type FeatureReset = (typeof FEATURE_RESETS)[number];

/** Whether SDK keys see it, or only the team. */
export const FEATURE_VISIBILITIES = ['team', 'client'] as const;
export type FeatureVisibility = (typeof FEATURE_VISIBILITIES)[number];

/** A hard limit refuses; a soft one counts on, and says so. */
export const LIMIT_MODES = ['hard', 'soft'] as const;
export type LimitMode = (typeof LIMIT_MODES)[number];

/** How much of a metered or allocated feature; null: unlimited. */
export interface LimitGrant {
  limit: number | null;
  mode: LimitMode;
}

export interface FlagGrant {
  enabled: boolean;
}

export interface ConfigGrant {
  value: number | string;
}

/** What a plan or a business gets of a feature. The kind of the feature decides which of the three it is. */
export type Grant = LimitGrant | FlagGrant | ConfigGrant;

/** Grants by feature. A feature without one is off: limit 0, not enabled, no value. */
export type Grants = Record<string, Grant>;

interface Described {
  /** `^[a-z][a-z0-9_]{0,62}$`; never changes, since counters and rows name it. */
  key: string;
  /** For people. */
  name: string;
  /** Default: team. */
  visibility?: FeatureVisibility;
}

/** The table whose rows a counter counts, for the comparison of the two. */
export interface CountedRows {
  table: string;
  /** Of allocated features: which rows count, as SQL over their columns. Default: all. */
  counts?: string;
}

export interface MeteredFeature extends Described {
  kind: 'metered';
  resets: FeatureReset;
  /** What one of it is called, in the singular. */
  unit?: string;
  rows?: CountedRows;
  /** For plans that exist already when the declaration is new. */
  defaultGrant?: LimitGrant;
}

export interface AllocatedFeature extends Described {
  kind: 'allocated';
  unit?: string;
  rows?: CountedRows;
  defaultGrant?: LimitGrant;
}

export interface FlagFeature extends Described {
  kind: 'flag';
  defaultGrant?: FlagGrant;
}

export interface ConfigFeature extends Described {
  kind: 'config';
  /** The choices; without them, any integer or text. */
  values?: readonly (number | string)[];
  defaultGrant?: ConfigGrant;
}

export type DeclaredFeature = MeteredFeature | AllocatedFeature | FlagFeature | ConfigFeature;

export const FEATURE_KEY = /^[a-z][a-z0-9_]{0,62}$/;

const declared = new Map<string, DeclaredFeature>();

/**
 * Declares a feature that code names. The catalogue has it after the next `migrate`.
 * @throws for a malformed key, and for two features with one key
 */
export function defineFeature<const T extends DeclaredFeature>(feature: T): T {
  if (!FEATURE_KEY.test(feature.key)) throw new Error(`${feature.key} is no key of a feature`);
  const known = declared.get(feature.key);
  if (known && known !== feature) throw new Error(`there are two features ${feature.key}`);
  declared.set(feature.key, feature);
  return feature;
}

/** In the order of their keys, so that documents do not depend on the order of imports. */
export function listDeclaredFeatures(): DeclaredFeature[] {
  return [...declared.values()].sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** A value for each declared feature of these kinds, by its key. */
export function valuesOfDeclared<T>(
  valueOf: (feature: DeclaredFeature) => T,
  kinds: readonly FeatureKind[] = FEATURE_KINDS,
): Record<string, T> {
  const features = listDeclaredFeatures().filter(({ kind }) => kinds.includes(kind));
  return Object.fromEntries(features.map((feature) => [feature.key, valueOf(feature)]));
}
