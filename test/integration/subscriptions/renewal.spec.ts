import { RequestContext } from '../../../src/common/request-context';
import { RenewalService } from '../../../src/modules/subscriptions/renewal/renewal.service';
import { signUp, type Customer } from '../../support/customers';
import { LockHolder } from '../../support/lock-holder';
import {
  RecordingLane,
  sendRecording,
  storeRecording,
  storeRecordings,
} from '../../product/support/recordings';
import {
  changeSubscription,
  forgetBusinesses,
  FREE_PERIOD_MS,
  insertDueBusinesses,
  insertPlan,
  LONG_SESSIONS,
  NOTHING_RENEWED,
  readClosedPeriods,
  readCount,
  readRecordingsByPeriod,
  readSubscription,
  renewAll,
  resetClock,
  startCounter,
} from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { until } from '../../support/until';

/* Renewal on a real PostgreSQL, by several renewers at once and against ingestion; only the clock is moved. */

let server: TestApplication;
/** A second application on the same database. */
let replica: TestApplication;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  replica = await TestApplication.start(LONG_SESSIONS, server.database);
});
afterAll(async () => {
  await replica.app.close();
  await server.stop();
});
beforeEach(async () => {
  await forgetBusinesses(server.database);
  [server, replica].forEach(resetClock);
});

function moveClocks(milliseconds: number): void {
  for (const { clock } of [server, replica]) clock.moveBy(milliseconds);
}

/** A customer in the first period of the free plan. */
async function aCustomer(): Promise<Customer & { businessId: string }> {
  const customer = await signUp(server);
  return { ...customer, businessId: customer.business.id };
}

function subscriptionOf({ businessId }: { businessId: string }) {
  return readSubscription(server.database, businessId);
}

function closedPeriodsOf({ businessId }: { businessId: string }) {
  return readClosedPeriods(server.database, businessId);
}

describe('a run', () => {
  it('keeps the closed period with its usage and sets the counter to zero', async () => {
    const customer = await aCustomer();
    await storeRecordings(server, customer, 3);
    const before = await subscriptionOf(customer);
    moveClocks(FREE_PERIOD_MS);

    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, renewed: 1 });
    expect(await closedPeriodsOf(customer)).toEqual([
      { ordinal: 1, start: before.periodStart, end: before.periodEnd, used: 3 },
    ]);
    expect(await subscriptionOf(customer)).toEqual({
      ...before,
      cycle: 1,
      periodOrdinal: 2,
      periodStart: before.periodEnd,
      periodEnd: new Date(before.periodEnd.getTime() + FREE_PERIOD_MS),
    });
    expect(await readCount(server.database, customer.businessId)).toEqual({ counter: 0, rows: 0 });
  });

  it('finds nothing to do before the end, nor a second time after it', async () => {
    const customer = await aCustomer();
    moveClocks(FREE_PERIOD_MS - 60_000);
    expect(await renewAll(server)).toEqual(NOTHING_RENEWED);
    moveClocks(60_000);
    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, renewed: 1 });
    expect(await renewAll(server)).toEqual(NOTHING_RENEWED);
    expect(await closedPeriodsOf(customer)).toHaveLength(1);
  });

  it('closes three missed periods in order, without a gap; the usage is in the first', async () => {
    const customer = await aCustomer();
    await storeRecordings(server, customer, 2);
    const { anchor } = await subscriptionOf(customer);
    const boundary = (n: number) => new Date(anchor.getTime() + n * FREE_PERIOD_MS);
    moveClocks(3 * FREE_PERIOD_MS);

    await renewAll(server);
    expect(await closedPeriodsOf(customer)).toEqual([
      { ordinal: 1, start: boundary(0), end: boundary(1), used: 2 },
      { ordinal: 2, start: boundary(1), end: boundary(2), used: 0 },
      { ordinal: 3, start: boundary(2), end: boundary(3), used: 0 },
    ]);
    expect(await subscriptionOf(customer)).toMatchObject({
      periodOrdinal: 4,
      periodStart: boundary(3),
    });
  });

  it('lets a subscription expire that does not renew itself', async () => {
    const customer = await aCustomer();
    await storeRecordings(server, customer, 2);
    await changeSubscription(server.database, customer.businessId, { autoRenew: false });
    const { periodEnd } = await subscriptionOf(customer);
    moveClocks(3 * FREE_PERIOD_MS);

    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, expired: 1 });
    expect(await subscriptionOf(customer)).toMatchObject({
      status: 'expired',
      periodOrdinal: 1,
      endedAt: periodEnd,
    });
    expect(await closedPeriodsOf(customer)).toMatchObject([{ ordinal: 1, used: 2 }]);
    expect(await readCount(server.database, customer.businessId)).toEqual({ counter: 2, rows: 2 });
  });

  it('lets a subscription expire whose plan does not renew', async () => {
    const customer = await aCustomer();
    await insertPlan(server.database, 'once', { renews: false });
    await changeSubscription(server.database, customer.businessId, { planSlug: 'once' });
    moveClocks(FREE_PERIOD_MS);
    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, expired: 1 });
    expect((await subscriptionOf(customer)).status).toBe('expired');
  });

  it('cancels at the end of the period where that was asked for', async () => {
    const customer = await aCustomer();
    await changeSubscription(server.database, customer.businessId, { cancelAtPeriodEnd: true });
    const { periodEnd } = await subscriptionOf(customer);
    moveClocks(FREE_PERIOD_MS);
    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, canceled: 1 });
    expect(await subscriptionOf(customer)).toMatchObject({
      status: 'canceled',
      canceledAt: periodEnd,
      endedAt: periodEnd,
    });
    expect(await closedPeriodsOf(customer)).toHaveLength(1);
  });

  it('moves to the scheduled plan, whose interval begins there', async () => {
    const customer = await aCustomer();
    await insertPlan(server.database, 'weekly', { unit: 'week' });
    await changeSubscription(server.database, customer.businessId, { scheduledPlanSlug: 'weekly' });
    const { periodEnd, scheduledPlanId } = await subscriptionOf(customer);
    moveClocks(FREE_PERIOD_MS);

    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, moved: 1 });
    expect(await subscriptionOf(customer)).toMatchObject({
      status: 'active',
      planId: scheduledPlanId,
      scheduledPlanId: null,
      anchor: periodEnd,
      cycle: 0,
      periodOrdinal: 2,
      periodEnd: new Date(periodEnd.getTime() + 7 * 86_400_000),
    });
  });

  it.each(['paused', 'canceled', 'expired'] as const)('leaves alone what is %s', async (status) => {
    const customer = await aCustomer();
    await changeSubscription(server.database, customer.businessId, { status });
    moveClocks(3 * FREE_PERIOD_MS);
    expect(await renewAll(server)).toEqual(NOTHING_RENEWED);
    expect(await closedPeriodsOf(customer)).toEqual([]);
  });

  it('takes subscriptions that are past due along, and leaves them past due', async () => {
    const customer = await aCustomer();
    await changeSubscription(server.database, customer.businessId, { status: 'past_due' });
    moveClocks(FREE_PERIOD_MS);
    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, renewed: 1 });
    expect((await subscriptionOf(customer)).status).toBe('past_due');
  });

  it('closes at most 15 periods of a subscription, reports it, and the next run continues', async () => {
    const behind = await aCustomer();
    await storeRecording(server, behind);
    moveClocks(16 * FREE_PERIOD_MS);
    const other = await aCustomer();
    moveClocks(FREE_PERIOD_MS);

    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, renewed: 2, behind: 1 });
    expect(await closedPeriodsOf(behind)).toHaveLength(15);
    expect(await closedPeriodsOf(other)).toHaveLength(1);
    expect(await renewAll(server)).toEqual({ ...NOTHING_RENEWED, renewed: 1 });
    const periods = await closedPeriodsOf(behind);
    expect(periods.map(({ ordinal }) => ordinal)).toEqual(
      Array.from({ length: 17 }, (_, index) => index + 1),
    );
    expect(periods.slice(1).map(({ start }) => start)).toEqual(
      periods.slice(0, -1).map(({ end }) => end),
    );
    expect(periods.map(({ used }) => used)).toEqual([1, ...Array<number>(16).fill(0)]);
    expect(await renewAll(server)).toEqual(NOTHING_RENEWED);
  });

  it('foretells what it would do, and does nothing', async () => {
    const businessIds = await insertDueBusinesses(server.database, 1_200); // more than one page
    await server.database.query(
      'UPDATE subscriptions SET period_end = (SELECT min(period_end) FROM subscriptions)',
    );
    await changeSubscription(server.database, businessIds[0]!, { autoRenew: false });
    await changeSubscription(server.database, businessIds[1]!, { cancelAtPeriodEnd: true });
    await changeSubscription(server.database, businessIds[2]!, { scheduledPlanSlug: 'pro' });
    const foretold = { renewed: 1_197, expired: 1, canceled: 1, moved: 1, behind: 0 };
    const context = RequestContext.job('subscription.preview');
    expect(await server.app.get(RenewalService).preview(context)).toEqual(foretold);
    expect(await server.database.query('SELECT FROM subscription_periods')).toEqual([]);
    expect(await renewAll(server)).toEqual(foretold);
  });
});

describe('several renewers at once', () => {
  /** Two in each of two applications. */
  async function fourRuns(): Promise<number> {
    const reports = await Promise.all([server, replica, server, replica].map(renewAll));
    return reports.reduce((sum, { renewed }) => sum + renewed, 0);
  }

  // 20 fit in one batch, which one renewer claims; 4500 are several batches, which they share.
  it.each([20, 4_500])('renew each of %d due subscriptions once', async (count) => {
    const businessIds = await insertDueBusinesses(server.database, count);
    expect(await fourRuns()).toBe(count);
    expect(await fourRuns()).toBe(0);
    const rows = await server.database.query<{ businessId: string; used: number; next: boolean }>(
      `SELECT business_id AS "businessId", coalesce((closed.usage ->> 'recordings')::integer, 0) AS used,
              running.period_start = closed.end_time AND running.period_ordinal = 2 AND counter.period_ordinal = 2
                AND counter.used = 0 AS next
       FROM subscription_periods AS closed JOIN subscriptions AS running USING (business_id)
       JOIN (SELECT * FROM usage_counters WHERE feature = 'recordings') AS counter USING (business_id) ORDER BY closed.end_time`,
    );
    expect(rows).toEqual(businessIds.map((businessId) => ({ businessId, used: 7, next: true })));
  });

  it('do not wait for each other: what one holds is left to it', async () => {
    const businessIds = await insertDueBusinesses(server.database, 4_500);
    const { database } = server;
    const lockHolder = await LockHolder.ofInserts(
      database,
      'subscription_periods',
      businessIds[0]!,
    );
    const held = renewAll(server);
    await lockHolder.untilReached();
    const { renewed: byOther } = await renewAll(replica);
    expect(byOther).toBeGreaterThan(0);
    expect(await readClosedPeriods(database, businessIds[0]!)).toEqual([]);
    await lockHolder.release();
    expect((await held).renewed).toBe(4_500 - byOther);
    const [kept] = await database.query<{ rows: number; businesses: number }>(
      `SELECT count(*)::integer AS rows, count(DISTINCT business_id)::integer AS businesses FROM subscription_periods`,
    );
    expect(kept).toEqual({ rows: 4_500, businesses: 4_500 });
  });

  it('and recordings on the boundary: each counts in exactly one period, in which it was made', async () => {
    const customer = await onUnlimitedPlan();
    const lanes = Array.from(
      { length: 6 },
      (_, index) => new RecordingLane(index % 2 === 0 ? server : replica, customer),
    );
    const haveSeen = (periods: number) => () =>
      lanes.every(({ periodEnds }) => periodEnds.size === periods);
    for (let periods = 1; periods < 5; periods += 1) {
      await until(`all lanes record in period ${periods}`, haveSeen(periods));
      moveClocks(FREE_PERIOD_MS);
      await fourRuns();
    }
    await until('all lanes record in the last period', haveSeen(5));
    const stored = await Promise.all(lanes.map((lane) => lane.stop()));
    const total = stored.reduce((sum, count) => sum + count, 0);

    const periods = await readRecordingsByPeriod(server.database, customer.businessId);
    expect(periods.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3, 4, 5]);
    expect(periods.map(({ rows }) => rows)).toEqual(periods.map(({ counted }) => counted));
    expect(periods.map(({ outside }) => outside)).toEqual([0, 0, 0, 0, 0]);
    expect(periods.reduce((sum, { counted }) => sum + counted, 0)).toBe(total);
  });

  // The replica's clock stands for a transaction that began before the boundary and comes late.
  describe('and a recording from before the boundary', () => {
    let customer: Customer & { businessId: string };
    beforeEach(async () => {
      customer = await aCustomer();
      server.clock.moveBy(FREE_PERIOD_MS);
    });

    async function expectOneIn(ordinal: number): Promise<void> {
      const periods = await readRecordingsByPeriod(server.database, customer.businessId);
      const none = { counted: 0, rows: 0, outside: 0 };
      const one = { counted: 1, rows: 1, outside: 0 };
      expect(periods).toEqual([
        { ordinal: 1, ...(ordinal === 1 ? one : none) },
        { ordinal: 2, ...(ordinal === 2 ? one : none) },
      ]);
    }

    it('that comes after the renewal counts in the new period, as made at its start', async () => {
      await renewAll(server);
      const { createdAt } = await storeRecording(replica, customer);
      const { periodStart } = await subscriptionOf(customer);
      expect(createdAt).toBe(periodStart.toISOString());
      await expectOneIn(2);
    });

    it('that waits for the renewal counts in the new period', async () => {
      const { database } = server;
      const lockHolder = await LockHolder.ofInserts(
        database,
        'subscription_periods',
        customer.businessId,
      );
      const renewal = renewAll(server);
      await lockHolder.untilReached();
      const recording = storeRecording(replica, customer);
      await lockHolder.untilOthersWait();
      await lockHolder.release();
      expect((await renewal).renewed).toBe(1);
      expect((await recording).usage.used).toBe(1);
      await expectOneIn(2);
    });

    it('that the renewal waits for counts in the old period', async () => {
      const { database } = server;
      await startCounter(database, customer.businessId);
      const lockHolder = await LockHolder.ofInserts(database, 'recordings', customer.businessId);
      const recording = storeRecording(replica, customer);
      await lockHolder.untilReached();
      const renewal = renewAll(server);
      await lockHolder.untilOthersWait();
      await lockHolder.release();
      expect((await recording).usage.used).toBe(1);
      expect((await renewal).renewed).toBe(1);
      await expectOneIn(1);
    });
  });

  it('the first recording of all, at the boundary, counts in the old period; the next run renews', async () => {
    const { businessId, key } = await aCustomer();
    server.clock.moveBy(FREE_PERIOD_MS);
    const lockHolder = await LockHolder.ofInserts(server.database, 'recordings', businessId);
    const recording = storeRecording(replica, { key }); // makes the counter, and holds the subscription
    await lockHolder.untilReached();
    expect((await renewAll(server)).renewed).toBe(0);
    await lockHolder.release();
    await recording;
    expect((await renewAll(server)).renewed).toBe(1);
    const [closed] = await readRecordingsByPeriod(server.database, businessId);
    expect(closed).toEqual({ ordinal: 1, counted: 1, rows: 1, outside: 0 });
  });

  async function onUnlimitedPlan() {
    await insertPlan(server.database, 'endless', { unit: 'day', count: 15, recordings: null });
    const customer = await aCustomer();
    await changeSubscription(server.database, customer.businessId, { planSlug: 'endless' });
    return customer;
  }
});

describe('ingestion on a period that has ended, and that no renewer has reached', () => {
  it('renews it and counts in the new one', async () => {
    const customer = await aCustomer();
    await storeRecordings(server, customer, 100);
    moveClocks(FREE_PERIOD_MS);
    const { usage } = await storeRecording(server, customer);
    expect(usage).toMatchObject({ used: 1, remaining: 99 });
    expect(await closedPeriodsOf(customer)).toMatchObject([{ ordinal: 1, used: 100 }]);
    expect(await renewAll(server)).toEqual(NOTHING_RENEWED);
  });

  it('renews it once, however many recordings come at once', async () => {
    const customer = await aCustomer();
    moveClocks(2 * FREE_PERIOD_MS);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => sendRecording(server, customer)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(201));
    expect(await closedPeriodsOf(customer)).toHaveLength(2);
    expect(await readCount(server.database, customer.businessId)).toEqual({
      counter: 20,
      rows: 20,
    });
  });
});
