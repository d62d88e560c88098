import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  IN_PUBLIC,
  moveFromPublic,
  moveToPublic,
  wasInPublic,
  type Objects,
} from './generators/own-schema-v1';

/**
 * An installation that lives in `public` moves to the schema `tenantry`, where other people's tables are not in its way.
 * One that began after this version was made there (`prepareSchema`), and `public` is not touched.
 */
export class OwnSchema1763690000106 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (await isThere(runner)) return;
    await runner.query('CREATE SCHEMA IF NOT EXISTS tenantry');
    await runner.query(`COMMENT ON SCHEMA tenantry IS '${IN_PUBLIC}'`);
    await moveFromPublic(runner, OBJECTS);
    await runner.query('ALTER TABLE IF EXISTS public.migrations SET SCHEMA tenantry'); // TypeORM's own
    await runner.query(`${await ofRole(runner)} SET search_path = tenantry, public`); // of connections to come
    await runner.query('SET search_path = tenantry, public'); // of this one
  }

  async down(runner: QueryRunner): Promise<void> {
    if (!(await wasInPublic(runner))) return;
    await moveToPublic(runner, OBJECTS);
    await runner.query('ALTER TABLE IF EXISTS tenantry.migrations SET SCHEMA public');
    await runner.query(`${await ofRole(runner)} RESET search_path`);
    await runner.query('RESET search_path');
    await runner.query('DROP SCHEMA tenantry');
  }
}

async function isThere(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query(`SELECT to_regclass('tenantry.businesses') AS name`)) as [
    { name: string | null },
  ];
  return row.name !== null;
}

async function ofRole(runner: QueryRunner): Promise<string> {
  const [row] = (await runner.query('SELECT quote_ident(current_database()) AS name')) as [
    { name: string },
  ];
  return `ALTER ROLE CURRENT_USER IN DATABASE ${row.name}`;
}

/** Those of the migrations before; a product moves its own. */
const OBJECTS: Objects = {
  tables: [
    'api_keys',
    'audit_log',
    'billing_accounts',
    'billing_operations',
    'billing_verifications',
    'business_grants',
    'businesses',
    'checkout_sessions',
    'credits',
    'cron_heartbeats',
    'features',
    'guesses',
    'idempotency_daily_totals',
    'idempotency_keys',
    'invitations',
    'mails',
    'members',
    'one_time_keys',
    'plan_versions',
    'plans',
    'sessions',
    'staff_accounts',
    'staff_sessions',
    'stripe_accounts',
    'stripe_prices',
    'subscription_events',
    'subscription_periods',
    'subscriptions',
    'support_sessions',
    'usage_counters',
    'user_sessions',
    'users',
    'webhook_inbox',
  ],
  functions: [
    'allocate_seats',
    'announce_change',
    'audit_row',
    'count_credit_spending',
    'is_paid_in_other_currency',
    'reallocate_seats',
    'record_subscription_event',
    'refuse_change',
    'refuse_other_currency',
    'start_counters',
    'uuid_v7',
  ],
};
