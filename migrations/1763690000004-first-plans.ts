import type { MigrationInterface, QueryRunner } from 'typeorm';
import { v7 } from 'uuid';

/** The four plans of a new installation. Change them by the staff routes, not here. */
export class FirstPlans1763690000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const plan of PLANS) await insertPlan(runner, plan);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('SET CONSTRAINTS ALL DEFERRED'); // plans and their versions name each other
    await runner.query(
      'DELETE FROM plan_versions WHERE plan_id IN (SELECT id FROM plans WHERE slug = ANY ($1))',
      [slugs()],
    );
    await runner.query('DELETE FROM plans WHERE slug = ANY ($1)', [slugs()]);
    await runner.query('SET CONSTRAINTS ALL IMMEDIATE');
  }
}

interface FirstPlan {
  slug: string;
  name: string;
  description: string;
  amount: number;
  unit: string;
  count: number;
  isDefault: boolean;
  isPublic: boolean;
  limits: [recordings: number | null, applications: number | null, seats: number | null];
}

const PLANS: FirstPlan[] = [
  {
    slug: 'free',
    name: 'Free',
    description: 'To try it out.',
    amount: 0,
    unit: 'day',
    count: 15,
    isDefault: true,
    isPublic: true,
    limits: [100, 1, 3],
  },
  {
    slug: 'pro',
    name: 'Pro',
    description: 'For a product with customers.',
    amount: 4900,
    unit: 'month',
    count: 1,
    isDefault: false,
    isPublic: true,
    limits: [10_000, 10, 20],
  },
  {
    slug: 'pro-yearly',
    name: 'Pro, yearly',
    description: 'Pro with two months free.',
    amount: 49_000,
    unit: 'year',
    count: 1,
    isDefault: false,
    isPublic: true,
    limits: [120_000, 10, 20],
  },
  {
    slug: 'unlimited',
    name: 'Unlimited',
    description: 'For beta users and partners; staff assign it.',
    amount: 0,
    unit: 'month',
    count: 1,
    isDefault: false,
    isPublic: false,
    limits: [null, null, null],
  },
];

function slugs(): string[] {
  return PLANS.map((plan) => plan.slug);
}

async function insertPlan(runner: QueryRunner, plan: FirstPlan): Promise<void> {
  const id = v7();
  await runner.query(
    `INSERT INTO plans (id, slug, name, description, version, trial_days, grace_days, after_grace, renews,
                        is_default, is_public, recordings_limit, applications_limit, seats_limit, created_at)
     VALUES ($1, $2, $3, $4, 1, 0, 7, 'default_plan', true, $5, $6, $7, $8, $9, now())`,
    [id, plan.slug, plan.name, plan.description, plan.isDefault, plan.isPublic, ...plan.limits],
  );
  await runner.query(
    `INSERT INTO plan_versions (plan_id, version, price_amount, price_currency, interval_unit, interval_count, created_at)
     VALUES ($1, 1, $2, 'usd', $3, $4, now())`,
    [id, plan.amount, plan.unit, plan.count],
  );
}
