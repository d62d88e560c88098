import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolate } from './table-rules';

/** What happened in a business, numbered without gaps and in the order of commits; webhooks, streams and notifications follow it. */
export class Events1763690000140 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COUNTERS);
    await isolate(runner, 'event_counters');
    await runner.query(EVENTS);
    await isolate(runner, 'events');
    await runner.query('CREATE INDEX ix_events_created_at ON events USING brin (created_at)');
    await runner.query(APPEND);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION append_events');
    await runner.query('DROP TABLE events');
    await runner.query('DROP TABLE event_counters');
  }
}

// No foreign keys: their check locks the business after the counter, and a transaction that holds the business takes
// the counter last.
const COUNTERS = `
  CREATE TABLE event_counters (
    business_id uuid NOT NULL,
    last_sequence bigint NOT NULL DEFAULT 0,
    last_read_at timestamptz(3),         -- by list or stream; to the day
    CONSTRAINT pk_event_counters PRIMARY KEY (business_id),
    CONSTRAINT ck_event_counters_last_sequence CHECK (last_sequence >= 0)
  )`;

const EVENTS = `
  CREATE TABLE events (
    business_id uuid NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (business_id, sequence),
    CONSTRAINT uq_events_id UNIQUE (business_id, id),
    CONSTRAINT ck_events_type CHECK (type ~ '^[a-z_]+\\.[a-z_]+$')
  )`;

// The last statement of a transaction: who holds a counter waits for no other lock, so counters, taken in the order of
// businesses, cannot deadlock, and each is held for as long as the commit takes. NOTIFY is a doorbell; the rows count.
/** Without who did it. */
export const APPEND = `
  CREATE FUNCTION append_events(businesses uuid[], ids uuid[], types text[], moment timestamptz, contents jsonb[])
  RETURNS TABLE (event_id uuid, event_sequence bigint) LANGUAGE plpgsql AS $$
  BEGIN
    RETURN QUERY
    WITH given AS (
      SELECT business, id, type, content, row_number() OVER (PARTITION BY business ORDER BY place) AS place
      FROM unnest(businesses, ids, types, contents) WITH ORDINALITY AS each (business, id, type, content, place)
    ), counted AS (
      INSERT INTO event_counters AS counter (business_id, last_sequence)
      SELECT business, count(*) FROM given GROUP BY business ORDER BY business
      ON CONFLICT (business_id) DO UPDATE SET last_sequence = counter.last_sequence + excluded.last_sequence
      RETURNING business_id, last_sequence
    ), totals AS (
      SELECT business, count(*) AS added FROM given GROUP BY business
    )
    INSERT INTO events (business_id, sequence, id, type, created_at, data)
    SELECT business, last_sequence - added + place, id, type, moment, content
    FROM given JOIN totals USING (business) JOIN counted ON business_id = business
    RETURNING id, sequence;
    IF cardinality(businesses) > 100 THEN
      PERFORM pg_notify('tenantry_events', '*');
    ELSE
      PERFORM pg_notify('tenantry_events', business::text) FROM (SELECT DISTINCT unnest(businesses) AS business) AS distinct_ones;
    END IF;
  END $$`;
