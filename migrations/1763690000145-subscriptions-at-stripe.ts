import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Subscriptions without Stripe have no entry in its index, which each renewal of theirs would write anew. */
export class SubscriptionsAtStripe1763690000145 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await replaceIndex(runner, 'is_current AND stripe_subscription_id IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await replaceIndex(runner, 'is_current');
  }
}

async function replaceIndex(runner: QueryRunner, condition: string): Promise<void> {
  await runner.query('DROP INDEX uq_subscriptions_stripe');
  await runner.query(
    `CREATE UNIQUE INDEX uq_subscriptions_stripe ON subscriptions (stripe_subscription_id) WHERE ${condition}`,
  );
}
