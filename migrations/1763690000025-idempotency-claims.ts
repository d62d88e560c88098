import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolate } from './table-rules';

/**
 * A key can be at work before its answer is there, for requests of more than one transaction; an answer can be too
 * large to keep; and what the answers of a business take in a day is counted.
 */
export class IdempotencyClaims1763690000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE idempotency_keys ADD COLUMN claim_id uuid');
    await runner.query('ALTER TABLE idempotency_keys ALTER COLUMN status DROP NOT NULL');
    await runner.query('ALTER TABLE idempotency_keys ALTER COLUMN answer DROP NOT NULL');
    await runner.query(`
      ALTER TABLE idempotency_keys ADD CONSTRAINT ck_idempotency_keys_claim
      CHECK ((claim_id IS NULL) = (status IS NOT NULL) AND (claim_id IS NULL OR answer IS NULL))`);
    await runner.query(`
      CREATE TABLE idempotency_daily_totals (
        business_id uuid NOT NULL,
        actor_kind text NOT NULL,
        began_at timestamptz(3) NOT NULL,
        bytes bigint NOT NULL,
        CONSTRAINT pk_idempotency_daily_totals PRIMARY KEY (business_id, actor_kind, began_at),
        CONSTRAINT fk_idempotency_daily_totals_business FOREIGN KEY (business_id) REFERENCES businesses (id)
      ) WITH (fillfactor = 50)`);
    await isolate(runner, 'idempotency_daily_totals');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_daily_totals');
    await runner.query('DELETE FROM idempotency_keys WHERE answer IS NULL');
    await runner.query('ALTER TABLE idempotency_keys DROP CONSTRAINT ck_idempotency_keys_claim');
    await runner.query('ALTER TABLE idempotency_keys ALTER COLUMN answer SET NOT NULL');
    await runner.query('ALTER TABLE idempotency_keys ALTER COLUMN status SET NOT NULL');
    await runner.query('ALTER TABLE idempotency_keys DROP COLUMN claim_id');
  }
}
