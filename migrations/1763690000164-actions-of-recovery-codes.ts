import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit log has no row for each recovery code that the application makes, uses up or removes: the action has a row
 * of its own, of the account, the factor or the session. Writes past the application are still recorded, one by one.
 */
export class ActionsOfRecoveryCodes1763690000164 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await replace(runner, `WHEN (coalesce(current_setting('app.action', true), '') = '')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await replace(runner, '');
  }
}

/** @param condition of the rows that are recorded; empty: all */
async function replace(runner: QueryRunner, condition: string): Promise<void> {
  await runner.query('DROP TRIGGER audit_recovery_codes ON recovery_codes');
  await runner.query(`
    CREATE TRIGGER audit_recovery_codes AFTER INSERT OR UPDATE OR DELETE ON recovery_codes
    FOR EACH ROW ${condition} EXECUTE FUNCTION audit_row('recovery_code', '', 'code_hash')`);
}
