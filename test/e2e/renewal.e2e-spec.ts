import { encodeCursor, type Page } from '../../src/common/pagination';
import type { PeriodResponse } from '../../src/modules/subscriptions/dto/subscription.response';
import { signUp, aRecording, type Customer } from '../support/customers';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../support/pages';
import { expectFaults, expectProblem } from '../support/problems';
import { sendRecording, storeRecording, storeRecordings } from '../product/support/recordings';
import {
  changeSubscription,
  FREE_PERIOD_MS,
  LONG_SESSIONS,
  readClosedPeriods,
  readSubscription,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* What a customer sees of the end of a period. Time passes by moving the clock of the application. */

const PERIODS = '/v1/subscription/periods';

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
});
afterAll(() => server.stop());
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
});

function subscription() {
  return readSubscription(server.database, customer.business.id);
}

async function get<T>(path: string, token: string): Promise<T> {
  const answer = await server.get(path, token);
  expect([answer.status, answer.type]).toEqual([200, 'application/json']);
  return answer.body as T;
}

function listPeriods(): Promise<Page<PeriodResponse>> {
  return get(PERIODS, customer.token);
}

describe('a period that ends', () => {
  it('is kept with its usage; the quota resets, and recording works again', async () => {
    await storeRecordings(server, customer, 100);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    const before = await subscription();
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);

    const start = before.periodEnd.toISOString();
    const end = new Date(before.periodEnd.getTime() + FREE_PERIOD_MS).toISOString();
    const zero = {
      used: 0,
      limit: 100,
      remaining: 100,
      resetsAt: end,
      credits: 0,
      overLimit: false,
    };
    expect(await get('/v1/subscription', customer.token)).toMatchObject({
      id: before.id,
      status: 'active',
      anchor: before.anchor.toISOString(),
      currentPeriod: { ordinal: 2, start, end },
      usage: { recordings: zero },
    });
    expect(await get('/v1/sdk/status', customer.key)).toMatchObject({
      recording: true,
      usage: zero,
    });
    expect((await storeRecording(server, customer)).usage).toMatchObject({ used: 1 });
    expect((await listPeriods()).data).toMatchObject([
      { ordinal: 2, start, end, usage: { recordings: 1 }, closedAt: null },
      { ordinal: 1, end: start, usage: { recordings: 100 } },
    ]);
  });

  it('lets the same external id stay the same recording', async () => {
    const recording = aRecording();
    const first = await sendRecording(server, customer, recording);
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    const again = await sendRecording(server, customer, recording);
    expect([again.status, (again.body as { id: string }).id]).toEqual([
      200,
      (first.body as { id: string }).id,
    ]);
    expect((await storeRecording(server, customer)).usage.used).toBe(1);
  });

  it('needs no cron: the next recording closes it', async () => {
    await storeRecordings(server, customer, 100);
    server.clock.moveBy(FREE_PERIOD_MS);
    expect((await storeRecording(server, customer)).usage).toMatchObject({ used: 1, limit: 100 });
    expect(await readClosedPeriods(server.database, customer.business.id)).toMatchObject([
      { ordinal: 1, used: 100 },
    ]);
  });

  it('needs no cron: a recording under an Idempotency-Key closes it, in its own transaction', async () => {
    server.clock.moveBy(FREE_PERIOD_MS);
    const answer = await server
      .post('/v1/recordings', customer.key, aRecording())
      .set('idempotency-key', 'first of the period');
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ usage: { used: 1 } });
    expect((await subscription()).periodOrdinal).toBe(2);
  });

  it('needs no cron: the SDK’s question closes it', async () => {
    await storeRecordings(server, customer, 100);
    server.clock.moveBy(FREE_PERIOD_MS);
    expect(await get('/v1/sdk/status', customer.key)).toMatchObject({
      recording: true,
      usage: { used: 0 },
    });
    expect((await subscription()).periodOrdinal).toBe(2);
  });

  it('takes no more recordings where the subscription does not renew', async () => {
    await storeRecording(server, customer);
    await changeSubscription(server.database, customer.business.id, { autoRenew: false });
    server.clock.moveBy(FREE_PERIOD_MS);
    expectProblem(await sendRecording(server, customer), 403, 'subscription_inactive');
    expect(await get('/v1/sdk/status', customer.key)).toMatchObject({
      recording: false,
      reason: 'subscription_inactive',
    });
    const { periodEnd } = await subscription();
    expect(await get('/v1/subscription', customer.token)).toMatchObject({
      status: 'expired',
      endedAt: periodEnd.toISOString(),
      usage: { recordings: { used: 1 } },
    });
  });
});

describe('a subscription that is far behind', () => {
  beforeEach(() => server.clock.moveBy(17 * FREE_PERIOD_MS));

  it('answers 503 until its periods are caught up, and then recovers by itself', async () => {
    const refused = await sendRecording(server, customer);
    expectProblem(refused, 503, 'subscription_behind');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await readClosedPeriods(server.database, customer.business.id)).toHaveLength(15);
    expect((await storeRecording(server, customer)).usage.used).toBe(1);
    expect((await subscription()).periodOrdinal).toBe(18);
  });

  it('recovers also when all that comes is the SDK’s question', async () => {
    expectProblem(await server.get('/v1/sdk/status', customer.key), 503, 'subscription_behind');
    expect(await get('/v1/sdk/status', customer.key)).toMatchObject({ recording: true });
  });

  it('does not remember the 503 under an Idempotency-Key', async () => {
    const recording = aRecording();
    const post = () =>
      server.post('/v1/recordings', customer.key, recording).set('idempotency-key', 'same');
    expectProblem(await post(), 503, 'subscription_behind');
    await renewAll(server);
    expect((await post()).status).toBe(201);
  });

  it('is caught up by runs of the cron', async () => {
    expect((await renewAll(server)).behind).toBeGreaterThan(0);
    expect((await subscription()).periodOrdinal).toBe(16);
    await renewAll(server);
    expect((await subscription()).periodOrdinal).toBe(18);
    expect((await storeRecording(server, customer)).usage.used).toBe(1);
  });
});

describe('GET /v1/subscription/periods', () => {
  it('begins with the one that is running', async () => {
    await storeRecording(server, customer);
    const { periodStart, periodEnd, planId } = await subscription();
    expect(await listPeriods()).toEqual({
      data: [
        {
          ordinal: 1,
          start: periodStart.toISOString(),
          end: periodEnd.toISOString(),
          planId,
          usage: { recordings: 1 },
          closedAt: null,
        },
      ],
      nextCursor: null,
    });
  });

  it('lists the running one first and then the closed ones, page by page', async () => {
    server.clock.moveBy(4 * FREE_PERIOD_MS);
    await renewAll(server);
    const all = (await listPeriods()).data;
    expect(all.map(({ ordinal, closedAt }) => [ordinal, closedAt === null])).toEqual([
      [5, true],
      [4, false],
      [3, false],
      [2, false],
      [1, false],
    ]);
    expect(all.slice(0, -1).map(({ start }) => start)).toEqual(all.slice(1).map(({ end }) => end));
    for (const limit of [1, 2, 5]) expect(await walk(limit)).toEqual(all);
  });

  it('ends with the last period of a subscription that has ended', async () => {
    await changeSubscription(server.database, customer.business.id, { cancelAtPeriodEnd: true });
    server.clock.moveBy(2 * FREE_PERIOD_MS);
    await renewAll(server);
    const { data } = await listPeriods();
    expect(data.map(({ ordinal, closedAt }) => [ordinal, closedAt === null])).toEqual([[1, false]]);
  });

  it('shows no other business’s', async () => {
    const other = await signUp(server, 'Other');
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    const { data } = await listPeriods();
    const kept = await readClosedPeriods(server.database, customer.business.id);
    const others = await readClosedPeriods(server.database, other.business.id);
    expect(data[1]!.start).toBe(kept[0]!.start.toISOString());
    expect(data.map(({ start }) => start)).not.toContain(others[0]!.start.toISOString());
  });

  it.each(BAD_LIST_QUERIES)('refuses ?%s', async (query, pointer) => {
    expectFaults(await server.get(`${PERIODS}?${query}`, customer.token), pointer);
  });

  it.each(BAD_CURSORS)('refuses a cursor that is %s', async (_, cursor) => {
    expectFaults(await withCursor(cursor), '/cursor');
  });

  it('takes a cursor beyond all ordinals for the beginning', async () => {
    const answer = await withCursor(encodeCursor([Number.MAX_SAFE_INTEGER]));
    expect(answer.status).toBe(200);
  });

  it('opens to a session alone', async () => {
    expectProblem(await server.get(PERIODS), 401, 'unauthenticated');
    expectProblem(await server.get(PERIODS, customer.key), 403, 'wrong_credential_kind');
  });

  async function walk(limit: number): Promise<PeriodResponse[]> {
    const pages = await walkPages<PeriodResponse>(
      (path) => server.get(path, customer.token),
      PERIODS,
      limit,
    );
    return pages.flat();
  }

  async function withCursor(cursor: string) {
    const query = new URLSearchParams({ cursor }).toString();
    return server.get(`${PERIODS}?${query}`, customer.token);
  }
});
