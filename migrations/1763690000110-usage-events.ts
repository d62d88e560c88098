import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolate } from './table-rules';

/**
 * Usage that is counted by events instead of rows of a table: events, the keys that make them idempotent, reservations,
 * and what was used on each day.
 */
export class UsageEvents1763690000110 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of COUNTER_PARTS) await runner.query(`ALTER TABLE usage_counters ADD ${part}`);
    await runner.query(EVENT_KEYS);
    await isolate(runner, 'usage_event_keys');
    await runner.query(OLD_KEYS);
    await runner.query(EVENTS);
    await isolate(runner, 'usage_events');
    await runner.query(
      'CREATE INDEX ix_usage_events ON usage_events (business_id, feature, created_at)',
    );
    await runner.query('CREATE TABLE usage_events_default PARTITION OF usage_events DEFAULT');
    await isolate(runner, 'usage_events_default');
    await runner.query(ADD_PARTITION);
    await runner.query(RESERVATIONS);
    await isolate(runner, 'usage_reservations');
    await runner.query(EXPIRING);
    await runner.query(DAYS);
    await isolate(runner, 'usage_days');
    await runner.query(KEEP_DAY);
    await runner.query(KEEP_DAY_TRIGGER);
    await runner.query(ALERTS);
    await isolate(runner, 'usage_alerts');
    await runner.query(UNSENT);
    await runner.query('CREATE INDEX ix_usage_alerts_id ON usage_alerts (id)');
    await runner.query(RAISE_ALERTS);
    await runner.query(RAISE_ALERTS_TRIGGER);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER raise_usage_alerts ON usage_counters');
    await runner.query('DROP FUNCTION raise_usage_alerts');
    await runner.query('DROP TABLE usage_alerts');
    await runner.query('DROP TRIGGER keep_usage_day ON usage_counters');
    await runner.query('DROP FUNCTION keep_usage_day');
    await runner.query('DROP TABLE usage_days');
    await runner.query('DROP TABLE usage_reservations');
    await runner.query('DROP FUNCTION add_usage_event_partition');
    await runner.query('DROP TABLE usage_events');
    await runner.query('DROP TABLE usage_event_keys');
    for (const part of [...COUNTER_PARTS].reverse())
      await runner.query(`ALTER TABLE usage_counters DROP ${part.split(' ', 2).join(' ')}`);
  }
}

// reserved: units held by open reservations, of no period. today, used_today: what was counted on the last day on which
// anything was; `usage_days` has the days before. alert_level: the highest of the percentages that the usage of this
// window has reached.
const COUNTER_PARTS = [
  'COLUMN reserved bigint NOT NULL DEFAULT 0',
  'CONSTRAINT ck_usage_counters_reserved CHECK (reserved >= 0)',
  'COLUMN today date',
  'COLUMN used_today bigint NOT NULL DEFAULT 0',
  'COLUMN alert_percentages smallint[]', // null: 80 and 100
  'COLUMN alert_level smallint NOT NULL DEFAULT 0',
];

// Not partitioned: PostgreSQL has no unique key over partitions, and a retry after the end of a month must find the
// first try. units is null while the event is only reserved.
const EVENT_KEYS = `
  CREATE TABLE usage_event_keys (
    business_id uuid NOT NULL,
    feature text NOT NULL,
    event_id text NOT NULL,
    fingerprint bigint NOT NULL,
    units bigint,
    created_at timestamptz(3) NOT NULL,
    released_at timestamptz(3),
    CONSTRAINT pk_usage_event_keys PRIMARY KEY (business_id, feature, event_id),
    CONSTRAINT fk_usage_event_keys_business FOREIGN KEY (business_id) REFERENCES businesses (id),
    CONSTRAINT ck_usage_event_keys_units CHECK (units >= 0)
  )`;

// For pruning; of a few bytes, and almost free to keep.
const OLD_KEYS = `
  CREATE INDEX ix_usage_event_keys_created_at ON usage_event_keys USING brin (created_at)`;

// By month of created_at, so that old ones go as a whole. No primary key: the keys above are.
const EVENTS = `
  CREATE TABLE usage_events (
    business_id uuid NOT NULL,
    feature text NOT NULL,
    event_id text NOT NULL,
    units bigint NOT NULL,
    at timestamptz(3),                   -- as the caller says; decides nothing
    properties jsonb,
    subscription_id uuid,                -- the period that it counts in; null: a day, or none
    period_ordinal integer,
    created_at timestamptz(3) NOT NULL
  ) PARTITION BY RANGE (created_at)`;

// Rows of a month without a partition are in the default one. A month that has rows there stays there.
export const ADD_PARTITION = `
  CREATE FUNCTION add_usage_event_partition(month date) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    name text := 'usage_events_' || to_char(month, 'YYYY_MM');
    begins text := quote_literal(to_char(month, 'YYYY-MM-01') || 'T00:00:00Z');
    ends text := quote_literal(to_char(month + interval '1 month', 'YYYY-MM-01') || 'T00:00:00Z');
    tenants text := 'business_id = ANY (nullif(current_setting(''app.business_ids'', true), '''')::uuid[]) OR current_setting(''app.scope'', true) = ''platform''';
  BEGIN
    IF to_regclass(name) IS NOT NULL
       OR EXISTS (SELECT FROM usage_events_default WHERE created_at >= (to_char(month, 'YYYY-MM-01') || 'T00:00:00Z')::timestamptz
                  AND created_at < (to_char(month + interval '1 month', 'YYYY-MM-01') || 'T00:00:00Z')::timestamptz) THEN
      RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF usage_events FOR VALUES FROM (%s) TO (%s)', name, begins, ends);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY %I ON %I USING (%s) WITH CHECK (%s)', name || '_isolation', name, tenants, tenants);
    RETURN true;
  END $$`;

const RESERVATIONS = `
  CREATE TABLE usage_reservations (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    feature text NOT NULL,
    event_id text NOT NULL,
    units bigint NOT NULL,
    status text NOT NULL,
    committed bigint,
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    settled_at timestamptz(3),
    CONSTRAINT pk_usage_reservations PRIMARY KEY (business_id, id),
    CONSTRAINT uq_usage_reservations_event UNIQUE (business_id, feature, event_id),
    CONSTRAINT fk_usage_reservations_business FOREIGN KEY (business_id) REFERENCES businesses (id),
    CONSTRAINT ck_usage_reservations_status CHECK (status IN ('open', 'committed', 'released', 'expired')),
    CONSTRAINT ck_usage_reservations_settled CHECK ((status = 'open') = (settled_at IS NULL)),
    CONSTRAINT ck_usage_reservations_committed CHECK ((status = 'committed') = (committed IS NOT NULL) AND committed BETWEEN 0 AND units)
  )`;

const EXPIRING = `
  CREATE INDEX ix_usage_reservations_open ON usage_reservations (expires_at) WHERE status = 'open'`;

const DAYS = `
  CREATE TABLE usage_days (
    business_id uuid NOT NULL,
    feature text NOT NULL,
    day date NOT NULL,                   -- in UTC
    used bigint NOT NULL,
    CONSTRAINT pk_usage_days PRIMARY KEY (business_id, feature, day),
    CONSTRAINT fk_usage_days_business FOREIGN KEY (business_id) REFERENCES businesses (id)
  )`;

// The counter itself counts its last day, so that a day costs one row more, not each count. The clocks of two
// transactions may disagree about the day; then a day comes twice, and its parts are added.
const KEEP_DAY = `
  CREATE FUNCTION keep_usage_day() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO usage_days AS kept (business_id, feature, day, used)
    VALUES (OLD.business_id, OLD.feature, OLD.today, OLD.used_today)
    ON CONFLICT (business_id, feature, day) DO UPDATE SET used = kept.used + excluded.used;
    RETURN NULL;
  END $$`;

const KEEP_DAY_TRIGGER = `
  CREATE TRIGGER keep_usage_day AFTER UPDATE ON usage_counters
  FOR EACH ROW WHEN (NEW.today <> OLD.today AND OLD.used_today > 0) EXECUTE FUNCTION keep_usage_day()`;

// A percentage of a limit, once for each window of the counter. A job sends what has not been sent.
const ALERTS = `
  CREATE TABLE usage_alerts (
    business_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuid_v7(),
    feature text NOT NULL,
    usage_window text NOT NULL,          -- the period, the day, or neither
    percentage smallint NOT NULL,
    granted bigint NOT NULL,             -- the limit; another limit of the same window alerts anew
    used bigint NOT NULL,
    created_at timestamptz(3) NOT NULL,
    sent_at timestamptz(3),
    CONSTRAINT pk_usage_alerts PRIMARY KEY (business_id, feature, usage_window, percentage, granted),
    CONSTRAINT fk_usage_alerts_business FOREIGN KEY (business_id) REFERENCES businesses (id)
  )`;

const UNSENT = `CREATE INDEX ix_usage_alerts_unsent ON usage_alerts (created_at) WHERE sent_at IS NULL`;

// In the commit that counts, so no crossing is lost; the key makes none come twice.
const RAISE_ALERTS = `
  CREATE FUNCTION raise_usage_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO usage_alerts (business_id, feature, usage_window, percentage, granted, used, created_at)
    SELECT NEW.business_id, NEW.feature, coalesce(NEW.subscription_id || ' ' || NEW.period_ordinal, NEW.day::text, 'ever'),
           percentage, (terms ->> 'limit')::bigint, NEW.used, now()
    FROM unnest(coalesce(NEW.alert_percentages, '{80,100}')) AS percentage,
         granted_terms(NEW.business_id, NEW.feature, now()) AS terms
    WHERE percentage > OLD.alert_level AND percentage <= NEW.alert_level AND terms ->> 'limit' IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$`;

const RAISE_ALERTS_TRIGGER = `
  CREATE TRIGGER raise_usage_alerts AFTER UPDATE ON usage_counters
  FOR EACH ROW WHEN (NEW.alert_level > OLD.alert_level) EXECUTE FUNCTION raise_usage_alerts()`;
