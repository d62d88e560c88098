import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit } from './table-rules';

/** The Stripe account that the ids in this database are of: those of another one mean nothing there. */
export class StripeAccount1763690000041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLE);
    await runner.query('CREATE UNIQUE INDEX uq_stripe_accounts_only ON stripe_accounts ((true))');
    await audit(runner, 'stripe_accounts', 'stripe_account', { businessColumn: null });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE stripe_accounts');
  }
}

const TABLE = `
  CREATE TABLE stripe_accounts (
    id text NOT NULL,
    is_live boolean NOT NULL,          -- a test mode has the id of its account
    bound_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_stripe_accounts PRIMARY KEY (id)
  )`;
