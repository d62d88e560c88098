import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What ends by the passage of time has an event too, raised once by a job, which notes it here. */
export class NotedEnds1763690000141 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE invitations ADD COLUMN expiry_raised_at timestamptz(3)');
    await runner.query(EXPIRING);
    await runner.query('ALTER TABLE usage_alerts ADD COLUMN reset_raised_at timestamptz(3)');
    await runner.query('UPDATE usage_alerts SET reset_raised_at = created_at'); // of earlier windows
    await runner.query(RESETTING);
    await runner.query(READ);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_event_counters_read');
    await runner.query('ALTER TABLE usage_alerts DROP COLUMN reset_raised_at');
    await runner.query('ALTER TABLE invitations DROP COLUMN expiry_raised_at');
  }
}

const EXPIRING = `
  CREATE INDEX ix_invitations_expiring ON invitations (expires_at)
  WHERE accepted_at IS NULL AND revoked_at IS NULL AND expiry_raised_at IS NULL`;

const RESETTING = `
  CREATE INDEX ix_usage_alerts_resetting ON usage_alerts (business_id, feature) WHERE reset_raised_at IS NULL`;

// Renewal asks of each batch which businesses follow the log: few do, so the index is small.
const READ = `
  CREATE INDEX ix_event_counters_read ON event_counters (business_id) WHERE last_read_at IS NOT NULL`;
