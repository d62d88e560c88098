import * as fc from 'fast-check';
import type { Client } from 'pg';
import { DomainError } from '../../../src/common/problem';
import { RequestContext } from '../../../src/common/request-context';
import { SubscriptionsService } from '../../../src/modules/subscriptions/subscriptions.service';
import { ReservationsRepository } from '../../../src/modules/usage/reservations.repository';
import { ReservationsService } from '../../../src/modules/usage/reservations.service';
import { UsageEventsRepository } from '../../../src/modules/usage/usage-events.repository';
import { UsageReadsService } from '../../../src/modules/usage/usage-reads.service';
import { Database } from '../../../src/platform/database/database';
import { letPeriodEndIn, LONG_SESSIONS } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import {
  createOtherProgram,
  eventOf,
  insertCredit,
  insertEntitled,
  insertFeature,
  readCounter,
  type OtherProgram,
} from '../../support/usage';
import { UsageModel, type Limit } from '../../support/usage-model';

/* Any history of grants, credits, events, releases, reservations and period ends agrees with a pure model. */

/** 10,000 before a release: PROPERTY_RUNS=10000, as `npm run test:long` does. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 300);
const EVENTS = ['a', 'b', 'c'];
const KINDS = { exports: 'metered', storage: 'allocated' } as const;
type Key = keyof typeof KINDS;

type Step = { feature: Key } & (
  | { do: 'consume' | 'consume_by_sql' | 'reserve'; event: string; amount: number }
  | { do: 'commit'; event: string; amount: number | null }
  | { do: 'give_back' | 'release'; event: string }
  | { do: 'grant'; limit: Limit; whose: 'plan' | 'business' }
  | { do: 'take_back' | 'void' | 'end_period' }
  | { do: 'credit'; amount: number }
);

let server: TestApplication;
let events: UsageEventsRepository;
let reservations: ReservationsService;
let other: OtherProgram;
let program: Client;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  events = server.app.get(UsageEventsRepository);
  reservations = server.app.get(ReservationsService);
  await insertFeature(server.database, 'exports', 'metered', 'period');
  await insertFeature(server.database, 'storage', 'allocated');
  other = await createOtherProgram(server.database, null);
  program = await other.connect();
});
afterAll(async () => {
  await other.drop();
  await server.stop();
});

const feature = fc.constantFrom<Key>('exports', 'storage');
const event = fc.constantFrom(...EVENTS);
const amount = fc.integer({ min: 1, max: 6 });
const limit = fc.record({
  limit: fc.option(fc.integer({ min: 0, max: 10 })),
  mode: fc.constantFrom('hard' as const, 'hard' as const, 'soft' as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      feature,
      do: fc.constantFrom('consume' as const, 'consume_by_sql' as const),
      event,
      amount,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ feature, do: fc.constant('reserve' as const), event, amount }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      feature,
      do: fc.constant('commit' as const),
      event,
      amount: fc.option(amount),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      feature,
      do: fc.constantFrom('give_back' as const, 'release' as const),
      event,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      feature,
      do: fc.constant('grant' as const),
      limit,
      whose: fc.constantFrom('plan' as const, 'business' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      feature,
      do: fc.constantFrom('take_back' as const, 'void' as const, 'end_period' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ feature, do: fc.constant('credit' as const), amount }) },
);

it(
  `agrees with the model in ${RUNS} histories`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), (steps) => play(steps)),
      { numRuns: RUNS },
    );
  },
  60_000 + RUNS * 1_000,
);

async function play(steps: Step[]): Promise<void> {
  const ofPlan: Limit = { limit: 5, mode: 'hard' };
  const [business] = (await insertEntitled(server.database, 1, {
    exports: ofPlan,
    storage: ofPlan,
  })) as [string];
  const models = {
    exports: new UsageModel('metered', ofPlan),
    storage: new UsageModel('allocated', ofPlan),
  };
  for (const each of steps) {
    const [real, expected] = await take(business, each, models);
    expect([each, real]).toEqual([each, expected]);
  }
  for (const [key, model] of Object.entries(models)) await compare(business, key, model);
}

async function compare(business: string, key: string, model: UsageModel): Promise<void> {
  const counter = await readCounter(server.database, business, key);
  const { used, credited, reserved } = model;
  expect(counter ?? { used: 0, credited: 0, reserved: 0 }).toMatchObject({
    used,
    credited,
    reserved,
  });
  const spent = await server.database.query<{ id: string; spent: number }>(
    'SELECT id, spent::integer FROM credits WHERE business_id = $1 AND feature = $2 ORDER BY id',
    [business, key],
  );
  expect(spent).toEqual(model.credits.map((credit) => ({ id: credit.id, spent: credit.spent })));
  const { counter: counted, rows } = await server.app
    .get(UsageReadsService)
    .verify(contextOf(business), key);
  expect(rows).toBe(counted);
}

function contextOf(business: string): RequestContext {
  return RequestContext.job('test.histories', business);
}

/** @returns what became of the step, in the database and in the model */
async function take(
  business: string,
  each: Step,
  models: Record<Key, UsageModel>,
): Promise<[string, string]> {
  const model = models[each.feature];
  switch (each.do) {
    case 'consume': {
      const sent = eventOf(business, each.feature, each.amount, { eventId: each.event });
      const [counted] = await events.countAll([sent], true);
      return [counted!.outcome, model.consume(each.event, each.amount)];
    }
    case 'consume_by_sql':
      return [
        await consumeBySql(business, each.feature, each.event, each.amount),
        model.consume(each.event, each.amount),
      ];
    case 'reserve':
      return [
        await reserve(business, each.feature, each.event, each.amount),
        model.reserve(each.event, each.amount),
      ];
    case 'commit':
      return [
        await commit(business, each.feature, each.event, each.amount),
        model.commit(each.event, each.amount),
      ];
    case 'give_back':
      return [await giveBack(business, each.feature, each.event), model.giveBack(each.event)];
    case 'release': {
      const released = await server.app
        .get(Database)
        .transaction(contextOf(business), (tx) => events.releaseIn(tx, each.feature, each.event));
      return [released.outcome, model.release(each.event)];
    }
    case 'grant':
      await grant(business, each.feature, each.limit, each.whose);
      if (each.whose === 'plan') model.ofPlan = each.limit;
      else model.own = each.limit;
      return ['', ''];
    case 'take_back':
      await server.database.query(
        'DELETE FROM business_grants WHERE business_id = $1 AND id = $2',
        [business, each.feature],
      );
      model.own = null;
      return ['', ''];
    case 'credit':
      if (each.feature === 'exports') {
        const id = await insertCredit(server.database, business, 'exports', each.amount);
        model.credits.push({ id, granted: each.amount, spent: 0, isVoid: false });
      }
      return ['', ''];
    case 'void':
      await server.database.query(
        'UPDATE credits SET voided_at = now() WHERE business_id = $1 AND feature = $2',
        [business, each.feature],
      );
      for (const credit of model.credits) credit.isVoid = true;
      return ['', ''];
    case 'end_period':
      await server.database.query(
        `UPDATE subscription_periods SET start_time = start_time - interval '400 days', end_time = end_time - interval '400 days'
         WHERE business_id = $1`, // out of the way of the one that ends
        [business],
      );
      await letPeriodEndIn(server.database, business, -1_000);
      await server.app.get(SubscriptionsService).renewActive(contextOf(business));
      for (const other of Object.values(models)) other.endPeriod();
      return ['', ''];
  }
}

const SQL_REFUSALS: Record<string, string> = { TQ402: 'refused', TQ409: 'conflict' };

/** As another program does; `consume_all` for every other amount. */
async function consumeBySql(
  business: string,
  key: string,
  eventId: string,
  units: number,
): Promise<string> {
  try {
    const { rows } = await program.query<{ answer: { replayed: boolean } }>(
      units % 2 === 0
        ? 'SELECT tenantry.consume($1, $2, $3, $4) AS answer'
        : 'SELECT tenantry.consume_all($1, jsonb_build_object($2::text, $3::bigint), $4) -> $2 AS answer',
      [business, key, units, eventId],
    );
    return rows[0]!.answer.replayed ? 'exists' : 'counted';
  } catch (error) {
    const outcome = SQL_REFUSALS[(error as { code: string }).code];
    if (outcome === undefined) throw error;
    return outcome;
  }
}

async function grant(
  business: string,
  key: string,
  terms: Limit,
  whose: 'plan' | 'business',
): Promise<void> {
  const json = JSON.stringify(terms);
  if (whose === 'plan')
    await server.database.query(
      `UPDATE plans SET grants = grants || jsonb_build_object($2::text, $3::jsonb)
       WHERE id IN (SELECT plan_id FROM subscriptions WHERE business_id = $1 AND is_current)`,
      [business, key, json],
    );
  else
    await server.database.query(
      `INSERT INTO business_grants (business_id, id, terms, reason, granted_by, created_at) VALUES ($1, $2, $3, 'test', 'test', now())
       ON CONFLICT (business_id, id) DO UPDATE SET terms = excluded.terms`,
      [business, key, json],
    );
}

async function reserve(
  businessId: string,
  key: string,
  eventId: string,
  units: number,
): Promise<string> {
  const request = { businessId, feature: key, eventId, amount: units, expiresInSeconds: 3_600 };
  try {
    const { replayed } = await reservations.reserve(contextOf(businessId), request);
    return replayed ? 'exists' : 'counted';
  } catch (error) {
    if (codeOf(error) === 'quota_exceeded') return 'refused';
    if (codeOf(error) === 'event_id_conflict') return 'conflict';
    throw error;
  }
}

const SETTLED = ['reservation_not_found', 'reservation_settled', 'amount_above_reserved'];

async function commit(
  businessId: string,
  key: string,
  eventId: string,
  units: number | null,
): Promise<string> {
  return settle(businessId, key, eventId, async (id) => {
    await reservations.commit(contextOf(businessId), id, {
      businessId,
      amount: units ?? undefined,
    });
    return 'committed';
  });
}

function giveBack(businessId: string, key: string, eventId: string): Promise<string> {
  return settle(businessId, key, eventId, async (id) => {
    await reservations.release(contextOf(businessId), id);
    return 'released';
  });
}

async function settle(
  businessId: string,
  key: string,
  eventId: string,
  work: (id: string) => Promise<string>,
): Promise<string> {
  const found = await server.app
    .get(Database)
    .transaction(contextOf(businessId), (tx) =>
      server.app.get(ReservationsRepository).findByEvent(tx, key, eventId),
    );
  if (!found) return 'refused';
  try {
    return await work(found.id);
  } catch (error) {
    if (SETTLED.includes(codeOf(error))) return 'refused';
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof DomainError ? error.code : '';
}
