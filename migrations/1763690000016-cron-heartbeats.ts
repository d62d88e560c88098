import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each cron has last run to its end, whichever process ran it: one row a cron. */
export class CronHeartbeats1763690000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE cron_heartbeats (
        name text NOT NULL,
        ran_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_cron_heartbeats PRIMARY KEY (name)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cron_heartbeats');
  }
}
