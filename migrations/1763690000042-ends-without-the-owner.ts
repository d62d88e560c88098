import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why Stripe is told not to renew a subscription that its owner has not ended. */
export class EndsWithoutTheOwner1763690000042 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of PARTS) await runner.query(`ALTER TABLE subscriptions ADD ${part}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions DROP COLUMN end_reason');
  }
}

const PARTS = [
  'COLUMN end_reason text',
  `CONSTRAINT ck_subscriptions_end_reason CHECK (end_reason IN ('business_deactivated', 'plan_not_renewed', 'plan_free'))`,
  'CONSTRAINT ck_subscriptions_end_reason_of_stripe CHECK (end_reason IS NULL OR stripe_subscription_id IS NOT NULL)',
];
