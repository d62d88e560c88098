import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ADD_PARTITION as FIRST_ADD_PARTITION } from './1763690000110-usage-events';
import { orReplace } from './table-rules';

/**
 * The table of a month is made by itself and attached, which takes no lock that events wait for. Before, it waited for
 * every transaction that had counted an event, and all events waited for it.
 */
export class PartitionsBesideOpenTransactions1763690000126 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ADD_PARTITION);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(orReplace(FIRST_ADD_PARTITION));
  }
}

// Attaching locks the parent against other changes of it, and the default partition, which is read for rows of the month;
// a long read of that one makes this give up, and the next run tries again.
export const ADD_PARTITION = `
  CREATE OR REPLACE FUNCTION add_usage_event_partition(month date) RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
  DECLARE
    name text := 'usage_events_' || to_char(month, 'YYYY_MM');
    begins text := to_char(month, 'YYYY-MM-01') || 'T00:00:00Z';
    ends text := to_char(month + interval '1 month', 'YYYY-MM-01') || 'T00:00:00Z';
    tenants text := 'business_id = ANY (nullif(current_setting(''app.business_ids'', true), '''')::uuid[]) OR current_setting(''app.scope'', true) = ''platform''';
  BEGIN
    IF to_regclass(name) IS NOT NULL
       OR EXISTS (SELECT FROM usage_events_default WHERE created_at >= begins::timestamptz AND created_at < ends::timestamptz) THEN
      RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE usage_events)', name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY %I ON %I USING (%s) WITH CHECK (%s)', name || '_isolation', name, tenants, tenants);
    EXECUTE format('ALTER TABLE usage_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, begins, ends);
    RETURN true;
  END $$`;
