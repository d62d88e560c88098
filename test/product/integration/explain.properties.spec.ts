import * as fc from 'fast-check';
import type { UsageExplanationResponse } from '../../../src/product/recordings/dto/recording.responses';
import type { CreditResponse } from '../../../src/modules/entitlements/dto/credit';
import { signUp, type Customer } from '../../support/customers';
import { OwnSubscription } from '../../support/life-cycle';
import { sendRecording } from '../support/recordings';
import { addStaff, grantCredit, type StaffMember } from '../../support/staff';
import {
  FREE_PERIOD_MS,
  insertPlan,
  ONE_DAY_MS,
  renewAll,
  resetClock,
} from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* The sources of the usage add up to it, in any history of credits, periods and plans. */

type Step =
  | { do: 'record'; count: number }
  | { do: 'grant'; amount: number; days: number | null }
  | { do: 'void'; which: number }
  | { do: 'wait'; days: number }
  | { do: 'change'; plan: number }
  | { do: 'cancel' };

const LIMIT = 2;
const PLANS = ['free', 'weekly', 'larger'];
const ENDLESS_SESSIONS = { sessionIdleHours: 1_000_000, sessionAbsoluteDays: 36_500 };

let server: TestApplication;
let staff: StaffMember;
let planIds: string[];
let customer: Customer;
let credits: CreditResponse[];
const seen = new Map<string, number>();

beforeAll(async () => {
  server = await TestApplication.start(ENDLESS_SESSIONS);
  const { database } = server;
  await insertPlan(database, 'weekly', { unit: 'week', count: 1, recordings: LIMIT });
  await insertPlan(database, 'larger', { unit: 'day', count: 15, recordings: LIMIT + 2 });
  await database.query('UPDATE plans SET is_public = true WHERE slug = ANY ($1)', [PLANS]);
  await database.query(
    `UPDATE plans SET grants = jsonb_set(grants, '{recordings,limit}', $1) WHERE is_default`,
    [LIMIT],
  );
  const rows = await database.query<{ id: string }>(
    'SELECT id FROM plans WHERE slug = ANY ($1) ORDER BY array_position($1, slug)',
    [PLANS],
  );
  planIds = rows.map(({ id }) => id);
});
afterAll(() => server.stop());

const steps = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('grant' as const),
      amount: fc.integer({ min: 1, max: 3 }),
      days: fc.option(fc.integer({ min: 1, max: 20 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('void' as const), which: fc.nat({ max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      days: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      plan: fc.nat({ max: PLANS.length - 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const) }) },
);

async function take(step: Step): Promise<void> {
  const own = new OwnSubscription(server, customer);
  switch (step.do) {
    case 'record':
      for (let sent = 0; sent < step.count; sent += 1) await sendRecording(server, customer);
      return;
    case 'grant':
      credits.push(
        await grantCredit(server, staff, customer, step.amount, await daysOn(step.days)),
      );
      return;
    case 'void':
      return takeBack(credits[step.which]);
    case 'wait':
      server.clock.moveBy(step.days * ONE_DAY_MS);
      staff = await addStaff(server); // their sessions last hours
      return void (await renewAll(server));
    case 'change':
      await own.ask('change', { planId: planIds[step.plan], when: 'now' });
      return;
    case 'cancel':
      await own.ask('cancel', { when: 'now' });
  }
}

async function daysOn(days: number | null): Promise<Date | undefined> {
  if (days === null) return undefined;
  const [row] = await server.database.query<{ now: Date }>('SELECT now()');
  return new Date(server.clock.at(row!.now).getTime() + days * ONE_DAY_MS);
}

async function takeBack(credit: CreditResponse | undefined): Promise<void> {
  if (!credit) return;
  const path = `/v1/staff/businesses/${customer.business.id}/credits/${credit.id}`;
  await server.delete(path, staff.token).expect(204);
}

async function expectSum(): Promise<void> {
  const answer = await server.get('/v1/usage/recordings/explain', customer.token).expect(200);
  const { used, credited, sources } = answer.body as UsageExplanationResponse;
  const sumOf = (some: typeof sources) => some.reduce((sum, source) => sum + source.used, 0);
  expect(sumOf(sources)).toBe(used);
  expect(sumOf(sources.filter(({ kind }) => kind === 'credit'))).toBe(credited);
  if (credited > 0) seen.set('credited', (seen.get('credited') ?? 0) + 1);
  if (sources.some(({ kind, remaining, used: spent }) => kind === 'credit' && !remaining && spent))
    seen.set('nothing left', (seen.get('nothing left') ?? 0) + 1);
}

it('the sources of a period add up to what is used in it, in every history', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 6, maxLength: 16 }), async (history) => {
      resetClock(server);
      staff = await addStaff(server);
      customer = await signUp(server);
      credits = [];
      for (const step of history) {
        await take(step);
        await expectSum();
      }
    }),
    { numRuns: 15, endOnFailure: true },
  );
  for (const what of ['credited', 'nothing left']) expect(seen.get(what)).toBeGreaterThan(0);
});

it('of the next period what was spent in the last is no source', async () => {
  resetClock(server);
  staff = await addStaff(server);
  customer = await signUp(server);
  await grantCredit(server, staff, customer, 5);
  for (let sent = 0; sent < LIMIT + 2; sent += 1) await sendRecording(server, customer);
  server.clock.moveBy(FREE_PERIOD_MS);
  await renewAll(server);
  await sendRecording(server, customer);
  const answer = await server.get('/v1/usage/recordings/explain', customer.token);
  expect(answer.body).toMatchObject({
    used: 1,
    sources: [
      { kind: 'plan', used: 1 },
      { kind: 'credit', used: 0, limit: 5, remaining: 3 },
    ],
  });
});
