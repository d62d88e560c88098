import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A flag may be on for a share of those who ask, whatever the plan grants. */
export class Rollouts1763690000117 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE features ADD COLUMN rollout_percentage smallint');
    await runner.query(`
      ALTER TABLE features ADD CONSTRAINT ck_features_rollout_percentage
      CHECK (rollout_percentage IS NULL OR (kind = 'flag' AND rollout_percentage BETWEEN 0 AND 100))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE features DROP CONSTRAINT ck_features_rollout_percentage');
    await runner.query('ALTER TABLE features DROP COLUMN rollout_percentage');
  }
}
