import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APPEND as APPEND_FOR_PROGRAMS } from './1763690000140-events';

/** Which events people are told of, and who did them: to that member it is no news. */
export class EventsForPeople1763690000142 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE events ADD COLUMN actor_id uuid'); // no reference: a member may be gone
    await runner.query('ALTER TABLE events ADD COLUMN is_notice boolean NOT NULL DEFAULT false');
    await runner.query(NOTICES);
    await runner.query('DROP FUNCTION append_events');
    await runner.query(APPEND);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION append_events');
    await runner.query(APPEND_FOR_PROGRAMS);
    await runner.query('DROP INDEX ix_events_notices');
    await runner.query('ALTER TABLE events DROP COLUMN is_notice');
    await runner.query('ALTER TABLE events DROP COLUMN actor_id');
  }
}

// The log may hold many events that are for programs alone; a bell asks at each page.
const NOTICES = `
  CREATE INDEX ix_events_notices ON events (business_id, sequence) WHERE is_notice`;

// As before, with who did it and whether people are told.
const APPEND = `
  CREATE FUNCTION append_events(businesses uuid[], ids uuid[], types text[], moment timestamptz, contents jsonb[],
                                actors uuid[], notices boolean[])
  RETURNS TABLE (event_id uuid, event_sequence bigint) LANGUAGE plpgsql AS $$
  BEGIN
    RETURN QUERY
    WITH given AS (
      SELECT business, id, type, content, actor, notice, row_number() OVER (PARTITION BY business ORDER BY place) AS place
      FROM unnest(businesses, ids, types, contents, actors, notices)
           WITH ORDINALITY AS each (business, id, type, content, actor, notice, place)
    ), counted AS (
      INSERT INTO event_counters AS counter (business_id, last_sequence)
      SELECT business, count(*) FROM given GROUP BY business ORDER BY business
      ON CONFLICT (business_id) DO UPDATE SET last_sequence = counter.last_sequence + excluded.last_sequence
      RETURNING business_id, last_sequence
    ), totals AS (
      SELECT business, count(*) AS added FROM given GROUP BY business
    )
    INSERT INTO events (business_id, sequence, id, type, created_at, data, actor_id, is_notice)
    SELECT business, last_sequence - added + place, id, type, moment, content, actor, notice
    FROM given JOIN totals USING (business) JOIN counted ON business_id = business
    RETURNING id, sequence;
    IF cardinality(businesses) > 100 THEN
      PERFORM pg_notify('tenantry_events', '*');
    ELSE
      PERFORM pg_notify('tenantry_events', business::text) FROM (SELECT DISTINCT unnest(businesses) AS business) AS distinct_ones;
    END IF;
  END $$`;
