import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stripe ends a subscription at a date too, which need not be the end of a period. */
export class DatedCancellations1763690000045 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions ADD COLUMN cancel_at timestamptz(3)');
    await runner.query(`
      ALTER TABLE subscriptions ADD CONSTRAINT ck_subscriptions_cancel_at
        CHECK (cancel_at IS NULL OR stripe_subscription_id IS NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions DROP CONSTRAINT ck_subscriptions_cancel_at');
    await runner.query('ALTER TABLE subscriptions DROP COLUMN cancel_at');
  }
}
