import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The last role of the member who made an endpoint: what it covers after that member has left. */
export class MakersRole1763690000152 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhook_endpoint_states ADD COLUMN makers_role text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhook_endpoint_states DROP COLUMN makers_role');
  }
}
