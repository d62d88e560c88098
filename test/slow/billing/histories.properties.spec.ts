import * as fc from 'fast-check';
import type Stripe from 'stripe';
import { RequestContext } from '../../../src/common/request-context';
import { CatalogService } from '../../../src/modules/billing/catalog/catalog.service';
import { UnseenPeriodsCron } from '../../../src/modules/billing/sync/unseen-periods.cron';
import { VerificationService } from '../../../src/modules/billing/sync/verification.service';
import { limitsOf } from '../../support/subscription-fixtures';
import { BillingWorld } from '../../support/billing';
import {
  Actor,
  expectFollowed,
  histories,
  passages,
  STEPS,
  type LocalState,
  type Step,
} from '../../support/billing-histories';
import { signUp } from '../../support/customers';
import { readRecordingsByPeriod } from '../../support/subscriptions';
import { holdEvents } from '../../support/webhooks';

/*
 * Random histories at the local Stripe, told in any order, twice, late or not at all. In every case, after one more
 * sync the local state is Stripe's, periods are contiguous, counters equal their rows, and the nightly comparison finds
 * nothing. Many customers live through the same time at once, each a history of its own. These are few, for they are
 * slow; the 200 without a server and a database are in follow.properties.spec.ts.
 */

const CUSTOMERS_A_RUN = 15;
const RUNS = 2;
const JOB = RequestContext.job('test.histories');

let world: BillingWorld;

beforeAll(async () => {
  world = await BillingWorld.start({ sessionIdleHours: 100_000, sessionAbsoluteDays: 3650 });
  await addPlan('weekly', 'week', 1_500);
  await world.server.app.get(CatalogService).sync(JOB);
  holdEvents(world);
});

afterAll(() => world.stop());

async function addPlan(slug: string, unit: string, amount: number): Promise<void> {
  await world.server.database.query(ADD_PLAN, [
    slug,
    unit,
    amount,
    JSON.stringify(limitsOf({ recordings: 1000, applications: 5, seats: 5 })),
  ]);
}

const ADD_PLAN = `
  WITH plan AS (
    INSERT INTO plans (id, slug, name, description, version, trial_days, grace_days, after_grace, renews, is_default,
                       is_public, grants, created_at)
    VALUES (uuid_v7(), $1, $1, '', 1, 0, 7, 'default_plan', true, false, true, $4, now()) RETURNING id
  )
  INSERT INTO plan_versions (plan_id, version, price_amount, price_currency, interval_unit, interval_count, created_at)
  SELECT id, 1, $3, 'usd', $2, 1, now() FROM plan`;

async function comeCrons(): Promise<void> {
  await world.server.app.get(UnseenPeriodsCron).enqueueAll(JOB);
  await world.settle();
  await world.renew();
}

async function play(actors: Actor[], steps: Step[][], index: number): Promise<void> {
  for (const [number, actor] of actors.entries()) {
    const { deed, post } = steps[number]![index]!;
    await actor.act(deed);
    await actor.tell(post);
  }
  await world.settle();
}

async function expectToFollow(actor: Actor): Promise<void> {
  const rows = await world.server.database.query<LocalState>(CURRENT, [actor.customer.business.id]);
  expect(rows).toHaveLength(1);
  const atStripe = await actor.atStripe();
  expectFollowed(rows[0]!, atStripe, atStripe ? await slugOf(atStripe) : '');
}

const CURRENT = `
  SELECT status, slug, stripe_subscription_id AS follows, period_end AS "periodEnd", cancel_at_period_end AS "cancelAtPeriodEnd"
  FROM subscriptions JOIN plans ON plans.id = plan_id WHERE business_id = $1 AND is_current`;

async function slugOf({ items }: Stripe.Subscription): Promise<string> {
  const [plan] = await world.server.database.query<{ slug: string }>(
    'SELECT slug FROM stripe_prices AS price JOIN plans ON plans.id = plan_id WHERE price.id = $1',
    [items.data[0]!.price.id],
  );
  return plan!.slug;
}

interface PeriodRow {
  subscriptionId: string;
  ordinal: number;
  start: Date;
  end: Date;
  endedAt: Date | null;
}

/** Closed and running: each begins where the last one ended, or later, with a new subscription, after an end. */
async function expectToTile({ customer }: Actor): Promise<void> {
  const periods = await world.server.database.query<PeriodRow>(PERIODS, [customer.business.id]);
  for (const [index, next] of periods.slice(1).entries()) {
    const last = periods[index]!;
    const isSame = last.subscriptionId === next.subscriptionId;
    if (isSame) expect([next.start, next.ordinal]).toEqual([last.end, last.ordinal + 1]);
    else expect(+next.start).toBeGreaterThanOrEqual(+last.end);
    if (+next.start !== +last.end) expect(last.endedAt).toEqual(last.end);
  }
}

const PERIODS = `
  SELECT period.subscription_id AS "subscriptionId", ordinal, start_time AS start, end_time AS end, ended_at AS "endedAt"
  FROM subscription_periods AS period
  JOIN subscriptions ON subscriptions.business_id = period.business_id AND subscriptions.id = period.subscription_id
  WHERE period.business_id = $1
  UNION ALL
  SELECT id, period_ordinal, period_start, period_end, ended_at FROM subscriptions
  WHERE business_id = $1 AND is_current AND ended_at IS NULL
  ORDER BY start`;

async function expectToCount({ customer }: Actor): Promise<void> {
  const answer = await world.server.get('/v1/usage/recordings/verify', customer.token);
  expect(answer.body).toMatchObject({ equal: true });
  const periods = await readRecordingsByPeriod(world.server.database, customer.business.id);
  expect(periods.filter(({ outside }) => outside > 0)).toEqual([]);
}

const runs = fc.record({
  steps: fc.array(histories, { minLength: CUSTOMERS_A_RUN, maxLength: CUSTOMERS_A_RUN }),
  passages,
  lastLook: fc.constantFrom('event', 'verification'),
});

it(`${RUNS * CUSTOMERS_A_RUN} histories end in Stripe's state`, async () => {
  await fc.assert(
    fc.asyncProperty(runs, async ({ steps, passages: times, lastLook }) => {
      const actors: Actor[] = [];
      for (const history of steps) {
        const actor = new Actor(world, await signUp(world.server));
        actors.push(actor);
        if (history[0]!.post.seed % 4 > 0) await actor.act({ do: 'subscribe' });
      }
      for (let index = 0; index < STEPS; index += 1) {
        await play(actors, steps, index);
        await world.pass(times[index]!.ms);
        if (times[index]!.crons) await comeCrons();
      }
      const verification = world.server.app.get(VerificationService);
      if (lastLook === 'verification') await verification.verify(JOB, true);
      else for (const actor of actors) await actor.tellOnceMore();
      await world.settle();
      await world.renew();
      for (const [number, actor] of actors.entries()) {
        const told = `history ${number}: ${JSON.stringify(steps[number])} ${JSON.stringify(times)}`;
        try {
          await expectToFollow(actor);
          await expectToTile(actor);
          await expectToCount(actor);
        } catch (error) {
          throw new Error(`${told}\n${(error as Error).message}`, { cause: error });
        }
      }
      const ids = new Set(actors.map(({ customer }) => customer.business.id));
      const { differences } = await verification.verify(JOB);
      expect(differences.filter(({ businessId }) => ids.has(businessId!))).toEqual([]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);
