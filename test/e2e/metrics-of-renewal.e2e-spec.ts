import { aRecording, signUp } from '../support/customers';
import {
  changeSubscription,
  forgetBusinesses,
  insertDueBusinesses,
  readSubscription,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { scrape, scrapeAnew } from '../support/scrape';
import { TestApplication } from '../support/test-application';

describe('the metrics of renewal', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  beforeEach(async () => {
    await forgetBusinesses(server.database);
    resetClock(server);
  });
  afterAll(() => server.stop());

  const lag = async (): Promise<number> =>
    (await scrapeAnew(server)).valueOf('renewal_lag_seconds')!;
  const counts = async (): Promise<(number | undefined)[]> => {
    const found = await scrape(server);
    return ['renewed', 'moved', 'expired', 'canceled'].map((outcome) =>
      found.valueOf(`renewals_total{outcome="${outcome}"}`),
    );
  };

  it('have no lag without a subscription, nor while every period runs', async () => {
    expect(await lag()).toBe(0);
    await signUp(server);
    expect(await lag()).toBe(0);
  });

  it('have a lag as long as the earliest ended period is over, and none after a run', async () => {
    await signUp(server);
    await insertDueBusinesses(server.database, 3);
    const seconds = await lag();
    expect(seconds).toBeGreaterThanOrEqual(180);
    expect(seconds).toBeLessThan(210);
    await renewAll(server);
    expect(await lag()).toBe(0);
  });

  it('take the time from the clock that renewal takes it from', async () => {
    const { business } = await signUp(server);
    const { periodEnd, periodStart } = await readSubscription(server.database, business.id);
    server.clock.moveBy(periodEnd.getTime() - periodStart.getTime() + 3_600_000);
    const seconds = await lag();
    expect(seconds).toBeGreaterThanOrEqual(3_600);
    expect(seconds).toBeLessThan(3_660);
  });

  it('pass over what is never renewed', async () => {
    const [paused, canceled] = await insertDueBusinesses(server.database, 2);
    await changeSubscription(server.database, paused!, { status: 'paused' });
    await changeSubscription(server.database, canceled!, { status: 'canceled' });
    expect(await lag()).toBe(0);
  });

  it('count what runs have decided, by outcome', async () => {
    const [first] = await insertDueBusinesses(server.database, 3);
    await changeSubscription(server.database, first!, { cancelAtPeriodEnd: true });
    const before = await counts();
    await renewAll(server);
    await renewAll(server); // with nothing to do
    const after = await counts();
    const risen = after.map((count, index) => count! - before[index]!);
    expect(risen).toEqual([2, 0, 0, 1]);
  });

  it('count the one that a recording came before the run for', async () => {
    const { business, key } = await signUp(server);
    await server.database.query(
      `UPDATE subscriptions SET anchor = anchor - shift, period_start = period_start - shift, period_end = period_end - shift
       FROM (SELECT period_end - period_start + interval '1 hour' AS shift FROM subscriptions WHERE business_id = $1) AS by
       WHERE business_id = $1`,
      [business.id],
    );
    const [renewed] = await counts();
    await server.post('/v1/recordings', key, aRecording()).expect(201);
    expect((await counts())[0]).toBe(renewed! + 1);
  });
});
