import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate } from './table-rules';

/**
 * The catalogue of features, what a plan grants of each, and what a business gets in place of its plan's grant. A limit
 * that was a column of `plans` becomes a grant: `x_limit` of the feature `x`.
 */
export class Features1763690000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FEATURES);
    await audit(runner, 'features', 'feature', { businessColumn: null });
    await runner.query(`ALTER TABLE plans ADD COLUMN grants jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(
      `ALTER TABLE plans ADD CONSTRAINT ck_plans_grants CHECK (jsonb_typeof(grants) = 'object')`,
    );
    const limited = await listLimitColumns(runner);
    await runner.query(
      `UPDATE plans SET grants = jsonb_build_object(${limited.map(grantOf).join(', ')})`,
    );
    for (const feature of limited)
      await runner.query(`ALTER TABLE plans DROP COLUMN ${feature}_limit`);
    await runner.query(`COMMENT ON COLUMN plans.grants IS '${limited.join(' ')}'`); // for the way back
    await runner.query(BUSINESS_GRANTS);
    await isolate(runner, 'business_grants');
    await audit(runner, 'business_grants', 'entitlement');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE business_grants');
    const limited = await readLimited(runner);
    for (const feature of limited)
      await runner.query(`ALTER TABLE plans ADD COLUMN ${feature}_limit bigint`);
    await runner.query(`UPDATE plans SET ${limited.map(columnOf).join(', ')}`);
    const checks = limited.map((feature) => `${feature}_limit >= 0`).join(' AND ');
    await runner.query(`ALTER TABLE plans ADD CONSTRAINT ck_plans_limits CHECK (${checks})`);
    await runner.query('ALTER TABLE plans DROP CONSTRAINT ck_plans_grants');
    await runner.query('ALTER TABLE plans DROP COLUMN grants');
    await runner.query('DROP TABLE features');
  }
}

// Those that code declares are written at the end of `migrate`; staff add others. No row is ever deleted: plans,
// counters and credits name its key.
const FEATURES = `
  CREATE TABLE features (
    id text NOT NULL,                    -- the key, as code and requests name it
    name text NOT NULL,
    kind text NOT NULL,
    resets text,
    unit text,
    choices jsonb,                       -- of a config feature: the values that it may have; null: any
    visibility text NOT NULL,
    is_declared boolean NOT NULL,
    created_at timestamptz(3) NOT NULL,
    archived_at timestamptz(3),
    CONSTRAINT pk_features PRIMARY KEY (id),
    CONSTRAINT ck_features_id CHECK (id ~ '^[a-z][a-z0-9_]{0,62}$'),
    CONSTRAINT ck_features_kind CHECK (kind IN ('metered', 'allocated', 'flag', 'config')),
    CONSTRAINT ck_features_resets CHECK (CASE WHEN kind = 'metered' THEN resets IN ('period', 'day', 'never') ELSE resets IS NULL END),
    CONSTRAINT ck_features_choices CHECK (choices IS NULL OR (kind = 'config' AND jsonb_typeof(choices) = 'array')),
    CONSTRAINT ck_features_visibility CHECK (visibility IN ('team', 'client'))
  )`;

const BUSINESS_GRANTS = `
  CREATE TABLE business_grants (
    business_id uuid NOT NULL,
    id text NOT NULL,                    -- the key of the feature
    terms jsonb NOT NULL,
    reason text NOT NULL,
    granted_by text NOT NULL,            -- the staff member's e-mail
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3),
    CONSTRAINT pk_business_grants PRIMARY KEY (business_id, id),
    CONSTRAINT fk_business_grants_business FOREIGN KEY (business_id) REFERENCES businesses (id),
    CONSTRAINT fk_business_grants_feature FOREIGN KEY (id) REFERENCES features (id),
    CONSTRAINT ck_business_grants_terms CHECK (jsonb_typeof(terms) = 'object')
  )`;

async function listLimitColumns(runner: QueryRunner): Promise<string[]> {
  const rows = (await runner.query(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = 'plans'::regclass AND attname LIKE '%\\_limit' AND NOT attisdropped ORDER BY attnum`,
  )) as { name: string }[];
  return rows.map(({ name }) => name.replace(/_limit$/, ''));
}

function grantOf(feature: string): string {
  return `'${feature}', jsonb_build_object('limit', ${feature}_limit, 'mode', 'hard')`;
}

/** The columns that `up` found, in their order. */
async function readLimited(runner: QueryRunner): Promise<string[]> {
  const [row] = (await runner.query(
    `SELECT col_description(attrelid, attnum) AS features FROM pg_attribute
     WHERE attrelid = 'plans'::regclass AND attname = 'grants'`,
  )) as { features: string }[];
  return row!.features.split(' ');
}

function columnOf(feature: string): string {
  return `${feature}_limit = (coalesce(grants -> '${feature}', '{"limit": 0}') ->> 'limit')::bigint`;
}
