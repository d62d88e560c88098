import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate } from './table-rules';

/** What happens to a subscription: its history, the statuses that may follow each other, and credits beside its plan. */
export class SubscriptionLifeCycle1763690000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE subscriptions ADD COLUMN trial_reminded_at timestamptz(3),
      ADD COLUMN runs_until timestamptz(3), -- where a payment provider sets the periods: when something has to be decided without its news
      ADD COLUMN past_due_since timestamptz(3),
      ADD CONSTRAINT ck_subscriptions_paused CHECK ((status = 'paused') = (paused_at IS NOT NULL))`);
    await runner.query(`
      CREATE INDEX ix_subscriptions_trial_end ON subscriptions (trial_ends_at)
      WHERE is_current AND status = 'trialing' AND trial_reminded_at IS NULL`);
    // What a payment provider renews is not looked for by its period.
    await runner.query('DROP INDEX ix_subscriptions_due');
    await runner.query(`${DUE_INDEX} AND runs_until IS NULL`);
    await runner.query(`
      CREATE INDEX ix_subscriptions_runs_until ON subscriptions (runs_until)
      WHERE is_current AND runs_until IS NOT NULL`);
    await runner.query(`
      CREATE TABLE subscription_events (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        subscription_id uuid NOT NULL,
        at timestamptz(3) NOT NULL,
        action text NOT NULL,
        actor jsonb NOT NULL,
        on_behalf_of uuid,
        reason text,
        status_before text,                -- null: the subscription began
        status text NOT NULL,
        plan_id_before uuid,
        plan_id uuid NOT NULL,
        scheduled_plan_id uuid,
        cancel_at_period_end boolean NOT NULL,
        auto_renew boolean NOT NULL,
        period_ordinal integer NOT NULL,
        CONSTRAINT pk_subscription_events PRIMARY KEY (business_id, id),
        CONSTRAINT fk_subscription_events_subscription FOREIGN KEY (business_id, subscription_id) REFERENCES subscriptions (business_id, id),
        CONSTRAINT fk_subscription_events_plan FOREIGN KEY (plan_id) REFERENCES plans (id),
        CONSTRAINT fk_subscription_events_plan_before FOREIGN KEY (plan_id_before) REFERENCES plans (id),
        CONSTRAINT fk_subscription_events_scheduled_plan FOREIGN KEY (scheduled_plan_id) REFERENCES plans (id)
      )`);
    await runner.query(
      'CREATE INDEX ix_subscription_events_at ON subscription_events (business_id, at, id)',
    );
    await isolate(runner, 'subscription_events');
    await runner.query(RECORD_EVENT);
    // A plain renewal sets none of these columns, so a million of them cost no trigger.
    await runner.query(`
      CREATE TRIGGER history_subscriptions
      AFTER INSERT OR UPDATE OF status, plan_id, scheduled_plan_id, cancel_at_period_end, auto_renew ON subscriptions
      FOR EACH ROW EXECUTE FUNCTION record_subscription_event()`);

    await runner.query(`
      CREATE TABLE credits (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        feature text NOT NULL,
        granted bigint NOT NULL,
        spent bigint NOT NULL,
        reason text NOT NULL,
        granted_by text NOT NULL,          -- the staff member's e-mail
        created_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3),
        voided_at timestamptz(3),
        CONSTRAINT pk_credits PRIMARY KEY (business_id, id),
        CONSTRAINT fk_credits_business FOREIGN KEY (business_id) REFERENCES businesses (id),
        CONSTRAINT ck_credits_feature CHECK (feature IN ('recordings')),
        CONSTRAINT ck_credits_granted CHECK (granted > 0 AND spent BETWEEN 0 AND granted)
      ) WITH (fillfactor = 50)`);
    // In the order in which they are spent; what is spent, expired or void is skipped, and few of them are live.
    await runner.query(`
      CREATE INDEX ix_credits_spendable ON credits (business_id, feature, expires_at, id)
      WHERE voided_at IS NULL`);
    await runner.query(
      'CREATE INDEX ix_credits_created_at ON credits (business_id, created_at, id)',
    );
    await isolate(runner, 'credits');
    // Spending is recorded by the recordings themselves.
    await audit(runner, 'credits', 'credit', {
      updatesOf: ['feature', 'granted', 'reason', 'granted_by', 'expires_at', 'voided_at'],
    });

    // The part of used that credits paid for; the rest is the plan's allowance.
    await runner.query('ALTER TABLE usage_counters ADD COLUMN credited bigint NOT NULL DEFAULT 0');
    await runner.query(`
      ALTER TABLE usage_counters ADD CONSTRAINT ck_usage_counters_credited CHECK (credited BETWEEN 0 AND used)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usage_counters DROP COLUMN credited');
    await runner.query('DROP TABLE credits');
    await runner.query('DROP TRIGGER history_subscriptions ON subscriptions');
    await runner.query('DROP TABLE subscription_events');
    await runner.query('DROP FUNCTION record_subscription_event');
    await runner.query('DROP INDEX ix_subscriptions_due, ix_subscriptions_runs_until');
    await runner.query(`
      ALTER TABLE subscriptions DROP CONSTRAINT ck_subscriptions_paused, DROP COLUMN trial_reminded_at,
        DROP COLUMN runs_until, DROP COLUMN past_due_since`);
    await runner.query(DUE_INDEX);
  }
}

const DUE_INDEX = `
  CREATE INDEX ix_subscriptions_due ON subscriptions (period_end)
  WHERE is_current AND status IN ('trialing', 'active', 'past_due')`;

// One row a change, in the same transaction, so that no code path can forget it; and the second wall of
// src/modules/subscriptions/transitions.ts: a status that may not follow another is refused. A test compares the two.
const RECORD_EVENT = `
  CREATE FUNCTION record_subscription_event() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    is_new boolean := TG_OP = 'INSERT';
  BEGIN
    IF NOT is_new THEN
      IF OLD.status <> NEW.status AND NOT (OLD.status, NEW.status) IN (
        ('trialing', 'active'), ('trialing', 'past_due'), ('trialing', 'paused'), ('trialing', 'canceled'), ('trialing', 'expired'),
        ('active', 'past_due'), ('active', 'paused'), ('active', 'canceled'), ('active', 'expired'),
        ('past_due', 'active'), ('past_due', 'paused'), ('past_due', 'canceled'), ('past_due', 'expired'),
        ('paused', 'active'), ('paused', 'trialing'), ('paused', 'canceled'))
      THEN
        RAISE EXCEPTION 'a subscription does not go from % to %', OLD.status, NEW.status
          USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_subscriptions_transition', TABLE = 'subscriptions';
      END IF;
      IF (OLD.status, OLD.plan_id, OLD.cancel_at_period_end, OLD.auto_renew) = (NEW.status, NEW.plan_id, NEW.cancel_at_period_end, NEW.auto_renew)
         AND OLD.scheduled_plan_id IS NOT DISTINCT FROM NEW.scheduled_plan_id
      THEN
        RETURN NULL;
      END IF;
    END IF;
    INSERT INTO subscription_events (business_id, id, subscription_id, at, action, actor, on_behalf_of, reason,
                                     status_before, status, plan_id_before, plan_id, scheduled_plan_id,
                                     cancel_at_period_end, auto_renew, period_ordinal)
    VALUES (
      NEW.business_id, uuid_v7(), NEW.id,
      -- No two of a business at one time, and in the order in which they came about, not in which transactions began.
      greatest(now()::timestamptz(3), (
        SELECT max(at) + interval '1 millisecond' FROM subscription_events WHERE business_id = NEW.business_id)),
      coalesce(nullif(current_setting('app.action', true), ''), 'database.' || lower(TG_OP)),
      coalesce(nullif(current_setting('app.actor', true), ''), '{"kind": "database", "id": null, "email": null}')::jsonb,
      nullif(current_setting('app.on_behalf_of', true), '')::uuid,
      nullif(current_setting('app.reason', true), ''),
      CASE WHEN NOT is_new THEN OLD.status END, NEW.status,
      CASE WHEN NOT is_new THEN OLD.plan_id END, NEW.plan_id, NEW.scheduled_plan_id,
      NEW.cancel_at_period_end, NEW.auto_renew, NEW.period_ordinal);
    RETURN NULL;
  END $$`;
