import type {
  ConfigGrant,
  FeatureKind,
  FlagGrant,
  Grant,
  Grants,
  LimitGrant,
} from '../../common/features';
import { LIMIT_MODES } from '../../common/features';
import { isCleanText } from '../../common/field-rules';
import type { FieldFault } from '../../common/problem';
import { validationFailed } from '../../common/problems';
import type { Feature } from './feature.entity';

// What a plan or a business gets of features, read from requests. Pure.

/** By feature; null takes the grant away. */
export type GrantChanges = Record<string, Grant | null>;

type Sent = Record<string, unknown>;

/**
 * The grants that a request means by its `features` and, in short, its `limits`.
 * @param catalogue all features, also archived ones, which get no new grants
 * @throws 422 validation_failed: unknown_feature, feature_archived, feature_kind, and faults of a grant
 */
export function readGrants(
  catalogue: Feature[],
  { features = {}, limits = {} }: { features?: Sent; limits?: Sent },
): GrantChanges {
  const byKey = new Map(catalogue.map((feature) => [feature.key, feature]));
  const faults: FieldFault[] = [];
  const granted: GrantChanges = {};
  const read = (name: 'features' | 'limits', key: string, toGrant: (feature: Feature) => Read) => {
    const feature = byKey.get(key);
    const result: Read = feature ? toGrant(feature) : { fault: UNKNOWN_FEATURE };
    if ('fault' in result)
      faults.push({ ...result.fault, pointer: pointerTo(name, key, result.member) });
    else granted[key] = result.grant;
  };
  for (const [key, limit] of Object.entries(limits))
    read('limits', key, (feature) => readLimit(feature, limit));
  for (const [key, grant] of Object.entries(features))
    read('features', key, (feature) => readGrant(feature, grant));
  for (const key of Object.keys(limits).filter((key) => key in features))
    faults.push({ pointer: `/limits/${key}`, ...TWICE });
  if (faults.length > 0) throw validationFailed(faults);
  return granted;
}

/** The grants after a change. */
export function applyGrants(before: Grants, changes: GrantChanges): Grants {
  const entries = Object.entries({ ...before, ...changes });
  return Object.fromEntries(entries.filter(([, grant]) => grant !== null)) as Grants;
}

/** One grant, as a request gives it to a business. @throws 422 validation_failed */
export function readGrantOf(feature: Feature, sent: unknown): Grant {
  const result = readGrant(feature, sent);
  if ('fault' in result)
    throw validationFailed([
      { ...result.fault, pointer: result.member ? `/${result.member}` : '' },
    ]);
  if (!result.grant) throw validationFailed([{ pointer: '', ...NOT_A_GRANT }]);
  return result.grant;
}

function isLimited(kind: FeatureKind): boolean {
  return kind === 'metered' || kind === 'allocated';
}

type Read = { grant: Grant | null } | { fault: Omit<FieldFault, 'pointer'>; member?: string };

export const UNKNOWN_FEATURE = {
  code: 'unknown_feature',
  detail: 'is no feature of the catalogue',
};
const ARCHIVED = { fault: { code: 'feature_archived', detail: 'is archived' } };
const TWICE = { code: 'twice', detail: 'stands in features, too' };
const NOT_A_GRANT = { code: 'object', detail: 'must be an object' };

function pointerTo(name: string, key: string, member?: string): string {
  return `/${name}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${member ? `/${member}` : ''}`;
}

/** The short form: a number, or null for unlimited. */
function readLimit(feature: Feature, limit: unknown): Read {
  if (!isLimited(feature.kind))
    return { fault: { code: 'feature_kind', detail: `is a ${feature.kind} and has no limit` } };
  if (!isLimit(limit)) return { fault: NOT_A_LIMIT };
  if (feature.archivedAt) return ARCHIVED;
  return { grant: { limit, mode: 'hard' } };
}

function readGrant(feature: Feature, sent: unknown): Read {
  if (sent === null) return { grant: null };
  if (typeof sent !== 'object' || Array.isArray(sent)) return { fault: NOT_A_GRANT };
  if (feature.archivedAt) return ARCHIVED;
  const fields = sent as Record<string, unknown>;
  const allowed = MEMBERS[feature.kind];
  const stranger = Object.keys(fields).find(
    (name) => fields[name] !== undefined && !allowed.includes(name),
  );
  if (stranger) {
    const isOfOther = Object.values(MEMBERS).some((members) => members.includes(stranger));
    const code = isOfOther ? 'feature_kind' : 'unknown_field';
    const detail = `is not of a ${feature.kind} feature, which has ${allowed.join(' and ')}`;
    return { fault: { code, detail }, member: stranger };
  }
  return READERS[feature.kind](fields, feature);
}

const MEMBERS: Record<FeatureKind, readonly string[]> = {
  metered: ['limit', 'mode'],
  allocated: ['limit', 'mode'],
  flag: ['enabled'],
  config: ['value'],
};

const READERS: Record<FeatureKind, (fields: Record<string, unknown>, feature: Feature) => Read> = {
  metered: readLimitGrant,
  allocated: readLimitGrant,
  flag: readFlagGrant,
  config: readConfigGrant,
};

const NOT_A_LIMIT = {
  code: 'limit',
  detail: 'must be an integer from 0 to 2^53 − 1, or null for unlimited',
};

function isLimit(value: unknown): value is number | null {
  return value === null || (Number.isSafeInteger(value) && (value as number) >= 0);
}

function readLimitGrant({ limit, mode = 'hard' }: Record<string, unknown>): Read {
  if (!isLimit(limit)) return { fault: NOT_A_LIMIT, member: 'limit' };
  if (!LIMIT_MODES.some((known) => known === mode))
    return { fault: { code: 'mode', detail: 'must be hard or soft' }, member: 'mode' };
  return { grant: { limit, mode } as LimitGrant };
}

function readFlagGrant({ enabled }: Record<string, unknown>): Read {
  if (typeof enabled !== 'boolean')
    return { fault: { code: 'boolean', detail: 'must be true or false' }, member: 'enabled' };
  return { grant: { enabled } satisfies FlagGrant };
}

function readConfigGrant({ value }: Record<string, unknown>, { values }: Feature): Read {
  const isText = typeof value === 'string' && value.length <= 1_000 && isCleanText(value);
  if (!isText && !Number.isSafeInteger(value))
    return {
      fault: { code: 'value', detail: 'must be an integer, or a text of at most 1,000 characters' },
      member: 'value',
    };
  if (values && !values.some((each) => each === value))
    return {
      fault: { code: 'choice', detail: `must be one of ${values.join(', ')}` },
      member: 'value',
    };
  return { grant: { value } as ConfigGrant };
}
