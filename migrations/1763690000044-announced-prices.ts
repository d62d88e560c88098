import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which version of a plan that was free the owners were told the price of: each once. */
export class AnnouncedPrices1763690000044 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions ADD COLUMN price_told_of_version integer');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions DROP COLUMN price_told_of_version');
  }
}
