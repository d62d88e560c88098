import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate, reserveForPlatform } from './table-rules';

/** Subscriptions that Stripe charges for: who follows it, what was asked of it, and what it has told. */
export class StripeBilling1763690000014 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FOLLOWING);
    await runner.query(`
      CREATE UNIQUE INDEX uq_subscriptions_stripe ON subscriptions (stripe_subscription_id) WHERE is_current`);
    await runner.query(PRICES);
    await reserveForPlatform(runner, 'stripe_prices');
    await runner.query(ACCOUNTS);
    await isolate(runner, 'billing_accounts');
    await audit(runner, 'billing_accounts', 'billing_account', {
      updatesOf: ['stripe_customer_id', 'deleted_at'],
    });
    for (const sql of OPERATIONS) await runner.query(sql);
    await isolate(runner, 'billing_operations');
    for (const sql of CHECKOUTS) await runner.query(sql);
    await isolate(runner, 'checkout_sessions');
    for (const sql of INBOX) await runner.query(sql);
    await reserveForPlatform(runner, 'webhook_inbox');
    await runner.query(VERIFICATIONS);
    await reserveForPlatform(runner, 'billing_verifications');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'billing_verifications',
      'webhook_inbox',
      'checkout_sessions',
      'billing_operations',
      'billing_accounts',
      'stripe_prices',
    ])
      await runner.query(`DROP TABLE ${table}`);
    await runner.query('DROP INDEX uq_subscriptions_stripe');
    await runner.query(`
      ALTER TABLE subscriptions DROP COLUMN stripe_subscription_id, DROP COLUMN plan_assigned,
        DROP COLUMN dunning_mails`);
  }
}

// runs_until: a while after the end of what is paid for, and the end of the grace while it is past due.
const FOLLOWING = `
  ALTER TABLE subscriptions
    ADD COLUMN stripe_subscription_id text,
    ADD COLUMN plan_assigned boolean NOT NULL DEFAULT false, -- by staff, while Stripe goes on charging for another
    ADD COLUMN dunning_mails smallint NOT NULL DEFAULT 0,
    ADD CONSTRAINT ck_subscriptions_following CHECK (stripe_subscription_id IS NOT NULL OR (runs_until IS NULL AND NOT plan_assigned))`;

// A version may have several: one that was archived at Stripe still charges those who have it.
const PRICES = `
  CREATE TABLE stripe_prices (
    id text NOT NULL,
    plan_id uuid NOT NULL,
    plan_version integer NOT NULL,
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_stripe_prices PRIMARY KEY (id),
    CONSTRAINT fk_stripe_prices_version FOREIGN KEY (plan_id, plan_version) REFERENCES plan_versions (plan_id, version)
  )`;

// Each look at Stripe takes a number before it asks. What it found is written only if none with a higher number was:
// a slow answer never overwrites a newer one.
const ACCOUNTS = `
  CREATE TABLE billing_accounts (
    business_id uuid NOT NULL,
    stripe_customer_id text,
    generation integer NOT NULL DEFAULT 0,  -- counts the customers, should one be deleted
    deleted_at timestamptz(3),
    looks_begun bigint NOT NULL DEFAULT 0,
    looks_applied bigint NOT NULL DEFAULT 0,
    looked_at timestamptz(3),
    previewed_plan_id uuid,
    previewed_at timestamptz(3),
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_billing_accounts PRIMARY KEY (business_id),
    CONSTRAINT uq_billing_accounts_customer UNIQUE (stripe_customer_id),
    CONSTRAINT ck_billing_accounts_looks CHECK (looks_applied <= looks_begun),
    CONSTRAINT fk_billing_accounts_business FOREIGN KEY (business_id) REFERENCES businesses (id),
    CONSTRAINT fk_billing_accounts_previewed_plan FOREIGN KEY (previewed_plan_id) REFERENCES plans (id)
  )`;

const OPERATIONS = [
  `CREATE TABLE billing_operations (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    request jsonb NOT NULL,
    calls jsonb NOT NULL,
    decided_on jsonb NOT NULL,         -- how Stripe stood then
    created_at timestamptz(3) NOT NULL,
    finished_at timestamptz(3),
    outcome text,
    CONSTRAINT pk_billing_operations PRIMARY KEY (business_id, id),
    CONSTRAINT fk_billing_operations_business FOREIGN KEY (business_id) REFERENCES businesses (id),
    CONSTRAINT ck_billing_operations_outcome CHECK (outcome IN ('done', 'refused')),
    CONSTRAINT ck_billing_operations_finished CHECK ((finished_at IS NULL) = (outcome IS NULL))
  )`,
  // One at a time: two changes under way could not tell which of them Stripe has taken last.
  `CREATE UNIQUE INDEX uq_billing_operations_pending ON billing_operations (business_id) WHERE finished_at IS NULL`,
];

const CHECKOUTS = [
  `CREATE TABLE checkout_sessions (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    plan_version integer NOT NULL,
    success_path text NOT NULL,
    cancel_path text NOT NULL,
    trial_days integer NOT NULL,
    stripe_customer_id text NOT NULL,
    stripe_session_id text,            -- null: asked for, and the answer not written yet
    created_at timestamptz(3) NOT NULL,
    closed_at timestamptz(3),
    CONSTRAINT pk_checkout_sessions PRIMARY KEY (business_id, id),
    CONSTRAINT fk_checkout_sessions_business FOREIGN KEY (business_id) REFERENCES businesses (id),
    CONSTRAINT fk_checkout_sessions_version FOREIGN KEY (plan_id, plan_version) REFERENCES plan_versions (plan_id, version),
    CONSTRAINT uq_checkout_sessions_stripe UNIQUE (stripe_session_id)
  )`,
  // Two open pages would be two subscriptions, each paid for.
  `CREATE UNIQUE INDEX uq_checkout_sessions_open ON checkout_sessions (business_id) WHERE closed_at IS NULL`,
];

// What an event is about, and no more of it: its effect comes from what Stripe says when it is handled, and nobody's
// name, address or card lies here.
const INBOX = [
  `CREATE TABLE webhook_inbox (
    id text NOT NULL,
    type text NOT NULL,
    object_id text,
    customer_id text,
    happened_at timestamptz(3) NOT NULL,
    received_at timestamptz(3) NOT NULL,
    deliveries integer NOT NULL,
    tries integer NOT NULL,
    handled_at timestamptz(3),
    outcome text,
    last_error text,
    CONSTRAINT pk_webhook_inbox PRIMARY KEY (id),
    CONSTRAINT ck_webhook_inbox_outcome CHECK (outcome IN ('applied', 'ignored')),
    CONSTRAINT ck_webhook_inbox_handled CHECK ((handled_at IS NULL) = (outcome IS NULL))
  )`,
  `CREATE INDEX ix_webhook_inbox_waiting ON webhook_inbox (customer_id) WHERE handled_at IS NULL`,
  `CREATE INDEX ix_webhook_inbox_received_at ON webhook_inbox (received_at, id)`,
];

const VERIFICATIONS = `
  CREATE TABLE billing_verifications (
    id uuid NOT NULL,
    verified_at timestamptz(3) NOT NULL,
    compared integer NOT NULL,
    differences integer NOT NULL,
    CONSTRAINT pk_billing_verifications PRIMARY KEY (id)
  )`;
