import type { MigrationInterface, QueryRunner } from 'typeorm';

const LIVE = 'WHERE deleted_at IS NULL';

/** Lists skip tombstones by their index, however many there are; and recordings leave in bulk without an audit row each. */
export class ReadsAtSize1763690000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await indexLists(runner, LIVE);
    await auditDeletions(
      runner,
      `WHEN (current_setting('app.action', true) IS DISTINCT FROM 'recording.prune')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await auditDeletions(runner, '');
    await indexLists(runner, '');
  }
}

async function indexLists(runner: QueryRunner, condition: string): Promise<void> {
  await runner.query('DROP INDEX ix_recordings_created_at, ix_recordings_application');
  await runner.query(
    `CREATE INDEX ix_recordings_created_at ON recordings (business_id, created_at, id) ${condition}`,
  );
  await runner.query(
    `CREATE INDEX ix_recordings_application ON recordings (business_id, application_id, created_at, id) ${condition}`,
  );
}

/** The statement that prunes writes one audit row a tenant itself. */
async function auditDeletions(runner: QueryRunner, condition: string): Promise<void> {
  await runner.query('DROP TRIGGER audit_recordings ON recordings');
  await runner.query(`
    CREATE TRIGGER audit_recordings AFTER UPDATE OR DELETE ON recordings
    FOR EACH ROW ${condition} EXECUTE FUNCTION audit_row('recording', 'business_id', 'device,metadata')`);
}
