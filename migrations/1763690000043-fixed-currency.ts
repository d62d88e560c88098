import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Those who pay for a plan in one currency cannot be charged in another: it gets no price in one while they do. */
export class FixedCurrency1763690000043 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PAID_IN_OTHER);
    await runner.query(REFUSE);
    await runner.query(`
      CREATE TRIGGER currency_plan_versions BEFORE INSERT ON plan_versions
      FOR EACH ROW WHEN (NEW.price_amount > 0) EXECUTE FUNCTION refuse_other_currency()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER currency_plan_versions ON plan_versions');
    await runner.query('DROP FUNCTION refuse_other_currency');
    await runner.query('DROP FUNCTION is_paid_in_other_currency');
  }
}

// Those who have it at a price, those who have asked for it and wait for the end of their period, and checkout pages,
// which Stripe closes within 24 hours.
const PAID_IN_OTHER = `
  CREATE FUNCTION is_paid_in_other_currency(asked_plan uuid, asked_currency text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
      SELECT FROM plan_versions AS priced JOIN plans ON plans.id = priced.plan_id
      WHERE priced.plan_id = asked_plan AND priced.price_amount > 0 AND priced.price_currency <> asked_currency
        AND (EXISTS (SELECT FROM subscriptions WHERE plan_id = priced.plan_id AND plan_version = priced.version
                       AND is_current AND ended_at IS NULL)
          OR EXISTS (SELECT FROM subscriptions WHERE scheduled_plan_id = priced.plan_id AND plans.version = priced.version
                       AND is_current AND ended_at IS NULL)
          OR EXISTS (SELECT FROM checkout_sessions WHERE plan_id = priced.plan_id AND plan_version = priced.version
                       AND closed_at IS NULL AND created_at > now() - interval '24 hours')))
  $$`;

const REFUSE = `
  CREATE FUNCTION refuse_other_currency() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF is_paid_in_other_currency(NEW.plan_id, NEW.price_currency) THEN
      RAISE EXCEPTION 'subscribers of the plan pay in another currency than %', NEW.price_currency
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_plan_versions_currency', TABLE = 'plan_versions';
    END IF;
    RETURN NEW;
  END $$`;
