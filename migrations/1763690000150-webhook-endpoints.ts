import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate } from './table-rules';

/** Where events are sent: of a business or, with the id of zeros, of the whole installation. */
export class WebhookEndpoints1763690000150 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ENDPOINTS);
    await isolate(runner, 'webhook_endpoints');
    await audit(runner, 'webhook_endpoints', 'webhook_endpoint', {
      masked: ['secret', 'previous_secret'],
      updatesOf: ['url', 'description', 'types', 'ordered', 'status', 'disabled_reason', 'secret'],
    });
    await runner.query(STATES);
    await isolate(runner, 'webhook_endpoint_states');
    await runner.query(CURSORS);
    await isolate(runner, 'webhook_cursors');
    await runner.query(FOLLOWED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION followed_by_webhooks');
    await runner.query('DROP TABLE webhook_cursors');
    await runner.query('DROP TABLE webhook_endpoint_states');
    await runner.query('DROP TABLE webhook_endpoints');
  }
}

const ENDPOINTS = `
  CREATE TABLE webhook_endpoints (
    business_id uuid NOT NULL,           -- all zeros: of the installation, so it has no foreign key
    id uuid NOT NULL,
    url text NOT NULL,
    description text,
    types text[] NOT NULL,
    ordered boolean NOT NULL,
    status text NOT NULL,
    disabled_reason text,
    secret bytea NOT NULL,               -- encrypted
    previous_secret bytea,
    previous_secret_ends_at timestamptz(3),
    made_by uuid,                        -- the member whose rights decide what it covers; null: staff
    created_at timestamptz(3) NOT NULL,
    enabled_at timestamptz(3) NOT NULL,  -- events before this are not sent
    CONSTRAINT pk_webhook_endpoints PRIMARY KEY (business_id, id),
    CONSTRAINT ck_webhook_endpoints_types CHECK (cardinality(types) > 0),
    CONSTRAINT ck_webhook_endpoints_status CHECK (status IN ('enabled', 'disabled')),
    CONSTRAINT ck_webhook_endpoints_disabled_reason CHECK (
      (status = 'disabled') = (disabled_reason IS NOT NULL) AND disabled_reason IN ('by_person', 'gone', 'failing')),
    CONSTRAINT ck_webhook_endpoints_previous_secret
      CHECK ((previous_secret IS NULL) = (previous_secret_ends_at IS NULL))
  )`;

const STATES = `
  CREATE TABLE webhook_endpoint_states (
    business_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    lease_id uuid,                       -- of the job that sends to it
    lease_ends_at timestamptz(3),
    first_failure_at timestamptz(3),     -- since the last success
    is_slow boolean NOT NULL DEFAULT true,
    replay_from_at timestamptz(3),       -- a replay: events from, until, and how far it is
    replay_until_at timestamptz(3),
    replay_business_id uuid,
    replay_sequence bigint,
    CONSTRAINT pk_webhook_endpoint_states PRIMARY KEY (business_id, endpoint_id),
    CONSTRAINT fk_webhook_endpoint_states_endpoint FOREIGN KEY (business_id, endpoint_id)
      REFERENCES webhook_endpoints (business_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_webhook_endpoint_states_replay
      CHECK (num_nulls(replay_from_at, replay_until_at, replay_business_id, replay_sequence) IN (0, 4))
  )`;

const CURSORS = `
  CREATE TABLE webhook_cursors (
    business_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_business_id uuid NOT NULL,
    last_sequence bigint NOT NULL,       -- deliveries are made of all events up to this one
    CONSTRAINT pk_webhook_cursors PRIMARY KEY (business_id, endpoint_id, event_business_id),
    CONSTRAINT fk_webhook_cursors_endpoint FOREIGN KEY (business_id, endpoint_id)
      REFERENCES webhook_endpoints (business_id, id) ON DELETE CASCADE
  )`;

// A transaction of one business does not see the endpoints of the installation; this tells it that there is one.
const FOLLOWED = `
  CREATE FUNCTION followed_by_webhooks(businesses uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
  DECLARE
    before text := coalesce(current_setting('app.scope', true), '');
    followed uuid[];
  BEGIN
    PERFORM set_config('app.scope', 'platform', true);
    SELECT array_agg(business) INTO followed FROM unnest(businesses) AS business
    WHERE EXISTS (
      SELECT FROM webhook_endpoints
      WHERE business_id IN (business, '00000000-0000-0000-0000-000000000000') AND status = 'enabled');
    PERFORM set_config('app.scope', before, true);
    RETURN QUERY SELECT unnest(followed);
  END $$`;
