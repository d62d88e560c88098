import type { Query } from '../../platform/database/data-source';
import { listDeclaredFeatures, type DeclaredFeature } from '../../common/features';

/**
 * Makes the catalogue say what code declares. Called at the end of each migration, so any number of times. Features that
 * code declares no longer are archived; new ones with a `defaultGrant` are added to the plans that exist.
 * @throws where the kind of a feature has changed: its counters would mean something else
 */
export async function writeDeclaredFeatures(query: Query): Promise<void> {
  const features = listDeclaredFeatures();
  const keys = features.map(({ key }) => key);
  await assertSameKinds(query, features);
  const added = await query<{ id: string }>(UPSERT, [JSON.stringify(features.map(toRow))]);
  for (const { id } of added)
    await grantByDefault(
      query,
      features.find(({ key }) => key === id)!,
    );
  await query(ARCHIVE_OTHERS, [keys]);
  await query(FORGET_GRANTS_OF_NOTHING, []);
}

async function assertSameKinds(query: Query, features: DeclaredFeature[]): Promise<void> {
  const known = await query<{ id: string; kind: string; resets: string | null }>(
    'SELECT id, kind, resets FROM features WHERE id = ANY ($1)',
    [features.map(({ key }) => key)],
  );
  for (const { id, kind, resets } of known) {
    const now = toRow(features.find(({ key }) => key === id)!);
    if (now.kind !== kind || now.resets !== resets)
      throw new Error(
        `the feature ${id} is ${kind} and resets ${resets ?? 'never'}: declare a new one instead`,
      );
  }
}

async function grantByDefault(query: Query, feature: DeclaredFeature): Promise<void> {
  if (!feature.defaultGrant) return;
  const { key, defaultGrant } = feature;
  await query('UPDATE plans SET grants = jsonb_build_object($1::text, $2::jsonb) || grants', [
    key,
    JSON.stringify(defaultGrant),
  ]);
}

function toRow(feature: DeclaredFeature) {
  return {
    id: feature.key,
    name: feature.name,
    kind: feature.kind,
    resets: feature.kind === 'metered' ? feature.resets : null,
    unit: 'unit' in feature ? (feature.unit ?? null) : null,
    choices: feature.kind === 'config' ? (feature.values ?? null) : null,
    visibility: feature.visibility ?? 'team',
  };
}

const COLUMNS = 'id, name, kind, resets, unit, choices, visibility';

// xmax is 0 in a row that this statement inserted.
const UPSERT = `
  WITH written AS (
    INSERT INTO features AS feature (${COLUMNS}, is_declared, created_at)
    SELECT ${COLUMNS}, true, now() FROM jsonb_to_recordset($1)
      AS declared (id text, name text, kind text, resets text, unit text, choices jsonb, visibility text)
    ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, unit = excluded.unit, choices = excluded.choices, visibility = excluded.visibility,
        is_declared = true, archived_at = NULL
    WHERE (feature.name, feature.unit, feature.choices, feature.visibility, feature.is_declared, feature.archived_at)
      IS DISTINCT FROM (excluded.name, excluded.unit, excluded.choices, excluded.visibility, true, NULL)
    RETURNING id, xmax = 0 AS is_new
  )
  SELECT id FROM written WHERE is_new ORDER BY id`;

const ARCHIVE_OTHERS = `
  UPDATE features SET is_declared = false, archived_at = coalesce(archived_at, now())
  WHERE is_declared AND id <> ALL ($1)`;

// The first plans of an installation name the features of the example product.
const FORGET_GRANTS_OF_NOTHING = `
  UPDATE plans SET grants = (
    SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(grants) WHERE key IN (SELECT id FROM features))
  WHERE EXISTS (SELECT FROM jsonb_object_keys(grants) AS key WHERE key NOT IN (SELECT id FROM features))`;
