import * as fc from 'fast-check';
import type { Response } from 'supertest';
import { RequestContext } from '../../../src/common/request-context';
import type { PlanChangeResponse } from '../../../src/modules/subscriptions/dto/plan-change';
import type { SubscriptionResponse } from '../../../src/modules/subscriptions/dto/subscription.response';
import type { UsageResponse } from '../../../src/modules/entitlements/dto/usage.response';
import { StaffSubscriptionsService } from '../../../src/modules/subscriptions/changes/staff-subscriptions.service';
import { signUp, type Customer } from '../../support/customers';
import { sendRecording } from '../../product/support/recordings';
import { commands, starts } from '../../support/subscription-histories';
import type { Command } from '../../support/subscription-model';
import { forgetBusinesses, insertPlan, renewAll } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* Random histories over HTTP on a real PostgreSQL: what holds of the pure functions holds of what is stored. */

type ChangeCommand = Extract<Command, { do: 'change' }>;

const ONE_HOUR_MS = 3_600_000;
const ENDLESS_SESSIONS = { sessionIdleHours: 1_000_000, sessionAbsoluteDays: 36_500 };

let server: TestApplication;
let planIds: string[];
let customer: Customer;
const seen = new Map<string, number>();

beforeAll(async () => {
  server = await TestApplication.start(ENDLESS_SESSIONS);
  planIds = await preparePlans();
});
afterAll(() => server.stop());

/** As many as the histories name: the default plan, two that owners may choose, one that costs something. */
async function preparePlans(): Promise<string[]> {
  const { database } = server;
  await insertPlan(database, 'daily', { unit: 'day', count: 4, recordings: 3 });
  await insertPlan(database, 'tried', { unit: 'month', recordings: null });
  await insertPlan(database, 'paid', { unit: 'year', recordings: 5, amount: 1200 });
  await database.query(
    `UPDATE plans SET grants = jsonb_set(grants, '{recordings,limit}', '6') WHERE is_default`,
  );
  await database.query(
    `UPDATE plans SET is_public = true, trial_days = CASE slug WHEN 'tried' THEN 10 ELSE 0 END
     WHERE slug IN ('daily', 'tried', 'paid')`,
  );
  const rows = await database.query<{ id: string }>(
    `SELECT id FROM plans WHERE slug IN ('free', 'daily', 'tried', 'paid')
     ORDER BY array_position(ARRAY['free', 'daily', 'tried', 'paid'], slug)`,
  );
  return rows.map(({ id }) => id);
}

function count(what: string): void {
  seen.set(what, (seen.get(what) ?? 0) + 1);
}

async function moveClockTo(moment: Date): Promise<void> {
  const [row] = await server.database.query<{ time: Date }>('SELECT now() AS time');
  server.clock.moveBy(moment.getTime() - server.clock.at(row!.time).getTime());
}

/** What the server may answer: that it has done it, or that it is in no state for it. */
function expectSettled(response: Response): void {
  if (![200, 201, 402, 403, 409].includes(response.status))
    throw new Error(`${response.status}: ${response.text}`);
  count(`${response.status}`);
}

async function getSubscription(): Promise<SubscriptionResponse> {
  const response = await server.get('/v1/subscription', customer.token).expect(200);
  return response.body as SubscriptionResponse;
}

function post(path: string, body: object): Promise<Response> {
  return server.post(`/v1/subscription/${path}`, customer.token, body);
}

async function renew(): Promise<void> {
  while ((await renewAll(server)).behind > 0) count('behind');
}

async function run(command: Command): Promise<void> {
  switch (command.do) {
    case 'wait':
      server.clock.moveBy(Math.abs(command.ms));
      return renew(); // or who comes next may be told that the subscription is behind
    case 'reachEnd':
      return reachEnd(command.offsetMs < 0 ? -ONE_HOUR_MS : command.offsetMs);
    case 'record':
      for (let sent = 0; sent < command.count; sent += 1)
        expectSettled(await sendRecording(server, customer));
      return;
    case 'change':
      return change(command);
    case 'assign':
      return assign(planIds[command.plan]!);
    case 'autoRenew':
      return expectSettled(
        await server.patch('/v1/subscription', customer.token, { autoRenew: command.on }),
      );
    case 'cancel':
      return expectSettled(await post('cancel', { when: command.when }));
    case 'uncancel':
    case 'pause':
    case 'resume':
      return expectSettled(await post(command.do, {}));
    case 'edit':
      return; // plans are not what this is about
  }
}

/** The next command, a recording or a change, meets a period that has ended and that no renewer has reached. */
async function reachEnd(offsetMs: number): Promise<void> {
  const { currentPeriod, status } = await getSubscription();
  if (!['paused', 'canceled', 'expired'].includes(status))
    await moveClockTo(new Date(Date.parse(currentPeriod.end) + offsetMs));
}

async function assign(planId: string): Promise<void> {
  const context = RequestContext.job('subscription.assign');
  const given = { planId, reason: 'a test' };
  const staff = server.app.get(StaffSubscriptionsService);
  await staff.assign(context, customer.business.id, given).catch((error: { code?: string }) => {
    expect(error.code).toBe('invalid_state');
  });
}

/** Asks what would happen, does it, and compares. */
async function change({ plan, when }: ChangeCommand): Promise<void> {
  const body = { planId: planIds[plan], when };
  const preview = await post('preview-change', body);
  const changed = await post('change', body);
  expectSettled(changed);
  if (preview.status !== 200) return expect(changed.body).toMatchObject(codeOf(preview));
  if (changed.status !== 200) return expect(changed.body).toMatchObject({ code: REFUSED });
  const foretold = preview.body as PlanChangeResponse;
  count(`${foretold.when}`);
  if (foretold.when === 'period_end') {
    expect(await getSubscription()).toMatchObject({ scheduledPlan: foretold.plan });
    await moveClockTo(new Date(foretold.effectiveAt));
    await renew();
  }
  await expectForetold(foretold);
}

/** The preview says what a plan would cost; whether that can be paid, the change says. */
const REFUSED = 'payment_required';

function codeOf({ body }: Response): { code: string } {
  return { code: (body as { code: string }).code };
}

async function expectForetold({ plan, usageAfter, effectiveAt, when }: PlanChangeResponse) {
  const subscription = await getSubscription();
  expect({ plan: subscription.plan, usage: untimed(subscription.usage) }).toEqual({
    plan,
    usage: untimed(usageAfter),
  });
  const resetsAt = Date.parse(subscription.usage.recordings!.resetsAt!);
  const lateMs = resetsAt - Date.parse(usageAfter.recordings!.resetsAt!);
  expect([lateMs >= 0, lateMs < ONE_HOUR_MS]).toEqual([true, true]); // the change came after the preview
  if (when === 'now') return;
  expect(lateMs).toBe(0);
  expect(subscription.currentPeriod.start).toBe(effectiveAt);
}

function untimed({ recordings, ...counted }: UsageResponse): object {
  return { ...counted, recordings: { ...recordings, resetsAt: null } };
}

async function expectCounted(): Promise<void> {
  const response = await server.get('/v1/usage/recordings/verify', customer.token).expect(200);
  const { counter, rows } = response.body as { counter: number; rows: number };
  expect(counter).toBe(rows);
}

/** All periods of a business, the running one too. */
const FAULTS = `
  WITH period AS MATERIALIZED (
    SELECT subscription_id, ordinal, start_time, end_time, coalesce((usage ->> 'recordings')::bigint, 0) AS counted
    FROM subscription_periods WHERE business_id = $1
    UNION ALL
    SELECT id, subscription.period_ordinal, period_start, period_end, coalesce(used - carried_over, 0)
    FROM subscriptions AS subscription
    LEFT JOIN usage_counters AS counter ON counter.business_id = $1 AND feature = 'recordings'
    WHERE subscription.business_id = $1 AND is_current AND ended_at IS NULL
  ), counted AS (
    SELECT recording.id, period.ordinal FROM recordings AS recording LEFT JOIN period
      ON period.subscription_id = recording.subscription_id AND period.ordinal = recording.period_ordinal
     AND recording.created_at >= start_time AND recording.created_at < end_time
    WHERE business_id = $1
  )
  SELECT
    (SELECT count(*) FROM counted WHERE ordinal IS NULL)::integer AS "recordingsInNoPeriod",
    (SELECT count(*) - count(DISTINCT id) FROM counted)::integer AS "recordingsInTwo",
    (SELECT count(*) FROM period WHERE counted <> (
       SELECT count(*) FROM recordings AS recording
       WHERE business_id = $1 AND recording.subscription_id = period.subscription_id
         AND recording.period_ordinal = period.ordinal))::integer AS "periodsMiscounted",
    (SELECT count(*) FROM period AS one JOIN period AS other
       ON (one.subscription_id, one.ordinal) < (other.subscription_id, other.ordinal)
      AND one.start_time < other.end_time AND other.start_time < one.end_time)::integer AS overlaps,
    (SELECT count(*) FROM period AS one JOIN period AS next USING (subscription_id)
     WHERE next.ordinal = one.ordinal + 1 AND next.start_time <> one.end_time)::integer AS gaps`;

async function expectNoFaults(): Promise<void> {
  expect(await server.database.query(FAULTS, [customer.business.id])).toEqual([
    { recordingsInNoPeriod: 0, recordingsInTwo: 0, periodsMiscounted: 0, overlaps: 0, gaps: 0 },
  ]);
}

const histories = fc.record({
  start: starts,
  commands: fc.array(commands, { minLength: 8, maxLength: 24 }),
});

it('every history counts right, tiles, and does what was foretold', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      await forgetBusinesses(server.database);
      await moveClockTo(history.start);
      customer = await signUp(server);
      for (const command of history.commands) {
        await run(command);
        await expectCounted();
      }
      await expectNoFaults();
    }),
    { numRuns: 20, endOnFailure: true },
  );
  for (const what of ['now', 'period_end', '200', '201', '402', '409'])
    expect(seen.get(what)).toBeGreaterThan(0);
});
