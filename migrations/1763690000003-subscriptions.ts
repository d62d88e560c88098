import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate } from './table-rules';

/** Plans with their versions, subscriptions, the periods they have closed, and the counters of the running ones. */
export class Subscriptions1763690000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS btree_gist');
    await runner.query(`
      CREATE TABLE plans (
        id uuid NOT NULL,
        slug text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        version integer NOT NULL,
        trial_days integer NOT NULL,
        grace_days integer NOT NULL,
        after_grace text NOT NULL,
        renews boolean NOT NULL,
        is_default boolean NOT NULL,
        is_public boolean NOT NULL,
        recordings_limit bigint,
        applications_limit bigint,
        seats_limit bigint,
        created_at timestamptz(3) NOT NULL,
        archived_at timestamptz(3),
        CONSTRAINT pk_plans PRIMARY KEY (id),
        CONSTRAINT uq_plans_slug UNIQUE (slug),
        CONSTRAINT ck_plans_trial_days CHECK (trial_days BETWEEN 0 AND 730),
        CONSTRAINT ck_plans_grace_days CHECK (grace_days BETWEEN 0 AND 365),
        CONSTRAINT ck_plans_after_grace CHECK (after_grace IN ('default_plan', 'expire')),
        CONSTRAINT ck_plans_limits CHECK (recordings_limit >= 0 AND applications_limit >= 0 AND seats_limit >= 0),
        CONSTRAINT ck_plans_default_is_live CHECK (NOT is_default OR archived_at IS NULL)
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_plans_default ON plans (is_default) WHERE is_default',
    );
    await audit(runner, 'plans', 'plan', { businessColumn: null });

    // What a subscriber has agreed to: price and interval. A change makes a new version; old subscribers keep theirs for now.
    await runner.query(`
      CREATE TABLE plan_versions (
        plan_id uuid NOT NULL,
        version integer NOT NULL,
        price_amount bigint NOT NULL,
        price_currency text NOT NULL,
        interval_unit text NOT NULL,
        interval_count integer NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_plan_versions PRIMARY KEY (plan_id, version),
        CONSTRAINT fk_plan_versions_plan FOREIGN KEY (plan_id) REFERENCES plans (id),
        CONSTRAINT ck_plan_versions_price CHECK (price_amount >= 0 AND price_currency ~ '^[a-z]{3}$'),
        CONSTRAINT ck_plan_versions_interval CHECK (interval_unit IN ('day', 'week', 'month', 'year') AND interval_count BETWEEN 1 AND 366)
      )`);
    await runner.query(`
      ALTER TABLE plans ADD CONSTRAINT fk_plans_version FOREIGN KEY (id, version)
      REFERENCES plan_versions (plan_id, version) DEFERRABLE INITIALLY DEFERRED`);
    await audit(runner, 'plan_versions', 'plan_version', { businessColumn: null });

    await runner.query(`
      CREATE TABLE subscriptions (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        plan_id uuid NOT NULL,
        plan_version integer NOT NULL,
        scheduled_plan_id uuid,
        status text NOT NULL,
        is_current boolean NOT NULL,
        anchor timestamptz(3) NOT NULL,
        cycle integer NOT NULL,            -- n: the period runs from anchor + n intervals; -1 during a trial
        period_ordinal integer NOT NULL,
        period_start timestamptz(3) NOT NULL,
        period_end timestamptz(3) NOT NULL,
        auto_renew boolean NOT NULL,
        cancel_at_period_end boolean NOT NULL,
        trial_ends_at timestamptz(3),
        paused_at timestamptz(3),
        canceled_at timestamptz(3),
        ended_at timestamptz(3),
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_subscriptions PRIMARY KEY (business_id, id),
        CONSTRAINT fk_subscriptions_business FOREIGN KEY (business_id) REFERENCES businesses (id),
        CONSTRAINT fk_subscriptions_plan FOREIGN KEY (plan_id, plan_version) REFERENCES plan_versions (plan_id, version),
        CONSTRAINT fk_subscriptions_scheduled_plan FOREIGN KEY (scheduled_plan_id) REFERENCES plans (id),
        CONSTRAINT ck_subscriptions_status CHECK (status IN ('trialing', 'active', 'past_due', 'paused', 'canceled', 'expired')),
        CONSTRAINT ck_subscriptions_period CHECK (period_start < period_end AND period_ordinal >= 0 AND cycle >= -1)
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_subscriptions_current ON subscriptions (business_id) WHERE is_current',
    );
    await runner.query(`
      CREATE INDEX ix_subscriptions_due ON subscriptions (period_end)
      WHERE is_current AND status IN ('trialing', 'active', 'past_due')`);
    await isolate(runner, 'subscriptions');
    // A plain renewal sets none of these columns: its period row is its record.
    await audit(runner, 'subscriptions', 'subscription', {
      updatesOf: [
        'plan_id',
        'scheduled_plan_id',
        'status',
        'auto_renew',
        'cancel_at_period_end',
        'trial_ends_at',
        'paused_at',
        'canceled_at',
        'ended_at',
        'is_current',
      ],
    });

    await runner.query(`
      CREATE TABLE subscription_periods (
        business_id uuid NOT NULL,
        subscription_id uuid NOT NULL,
        ordinal integer NOT NULL,
        start_time timestamptz(3) NOT NULL,
        end_time timestamptz(3) NOT NULL,
        plan_id uuid NOT NULL,
        recordings_used bigint NOT NULL,
        closed_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_subscription_periods PRIMARY KEY (business_id, subscription_id, ordinal),
        CONSTRAINT fk_subscription_periods_subscription FOREIGN KEY (business_id, subscription_id) REFERENCES subscriptions (business_id, id),
        CONSTRAINT fk_subscription_periods_plan FOREIGN KEY (plan_id) REFERENCES plans (id),
        CONSTRAINT ck_subscription_periods CHECK (start_time < end_time AND recordings_used >= 0),
        CONSTRAINT ex_subscription_periods_overlap EXCLUDE USING gist (business_id WITH =, tstzrange(start_time, end_time) WITH &&)
      )`);
    await isolate(runner, 'subscription_periods');

    // Counts the running period; one row a business and metered feature, updated with every recording, so kept small and half empty (HOT updates).
    await runner.query(`
      CREATE TABLE usage_counters (
        business_id uuid NOT NULL,
        feature text NOT NULL,
        subscription_id uuid NOT NULL,
        period_ordinal integer NOT NULL,
        used bigint NOT NULL,
        carried_over bigint NOT NULL,      -- the part of used that a change of plan brought along; no row stands for it
        CONSTRAINT pk_usage_counters PRIMARY KEY (business_id, feature),
        CONSTRAINT fk_usage_counters_subscription FOREIGN KEY (business_id, subscription_id) REFERENCES subscriptions (business_id, id),
        CONSTRAINT ck_usage_counters_feature CHECK (feature IN ('recordings')),
        CONSTRAINT ck_usage_counters_used CHECK (used >= carried_over AND carried_over >= 0)
      ) WITH (fillfactor = 50)`);
    await isolate(runner, 'usage_counters');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usage_counters, subscription_periods, subscriptions');
    await runner.query('ALTER TABLE plans DROP CONSTRAINT fk_plans_version');
    await runner.query('DROP TABLE plan_versions, plans');
    await runner.query('DROP EXTENSION btree_gist');
  }
}
