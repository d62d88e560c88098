import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolate } from './table-rules';

/** What is sent to an endpoint: one row for each event, however often it is tried. */
export class WebhookDeliveries1763690000151 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DELIVERIES);
    await isolate(runner, 'webhook_deliveries');
    await runner.query(
      'CREATE INDEX ix_webhook_deliveries_newest ON webhook_deliveries (business_id, endpoint_id, created_at, id)',
    );
    await runner.query(`
      CREATE INDEX ix_webhook_deliveries_waiting ON webhook_deliveries (business_id, endpoint_id, ordinal)
      WHERE status = 'pending'`);
    await runner.query(`
      CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (business_id, endpoint_id, next_try_at)
      WHERE status = 'pending'`);
    await runner.query(
      'CREATE INDEX ix_webhook_deliveries_created_at ON webhook_deliveries USING brin (created_at)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_deliveries');
  }
}

const DELIVERIES = `
  CREATE TABLE webhook_deliveries (
    business_id uuid NOT NULL,           -- that of the endpoint
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    ordinal bigint GENERATED ALWAYS AS IDENTITY,
    event_id uuid NOT NULL,              -- the webhook-id of every try
    event_type text NOT NULL,
    event_sequence bigint,               -- null: a test
    body text NOT NULL,
    status text NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz(3),
    created_at timestamptz(3) NOT NULL,
    delivered_at timestamptz(3),
    tried_at timestamptz(3),             -- the last try, and what came of it
    answer_status integer,
    answer_text text,
    error text,
    duration_ms integer,
    is_replay boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (business_id, id),
    CONSTRAINT uq_webhook_deliveries_event UNIQUE (business_id, endpoint_id, event_id),
    CONSTRAINT fk_webhook_deliveries_endpoint FOREIGN KEY (business_id, endpoint_id)
      REFERENCES webhook_endpoints (business_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_webhook_deliveries_status CHECK (status IN ('pending', 'delivered', 'failed')),
    CONSTRAINT ck_webhook_deliveries_next_try_at CHECK ((status = 'pending') = (next_try_at IS NOT NULL)),
    CONSTRAINT ck_webhook_deliveries_answer_text CHECK (octet_length(answer_text) <= 4096)
  )`;
