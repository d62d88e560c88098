import { newId } from '../../src/common/ids';
import type { Config } from '../../src/platform/config/config';
import { withConnection } from '../support/connection';
import { aRecording, signUp, type Customer } from '../support/customers';
import { expectProblem } from '../support/problems';
import { sendRaw } from '../support/raw-http';
import { aSignup } from '../support/signups';
import { changeSubscription, insertPlan } from '../support/subscriptions';
import { labels, scrape, scrapeAnew, type Scrape } from '../support/scrape';
import { TestApplication } from '../support/test-application';
import type { TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const TOKEN = 'a-token.of_the~tests+and/more==';
/** What only the database knows. */
const READ = ['queue_jobs', 'queue_oldest_ready_job_age_seconds', 'renewal_lag_seconds'];

function connectionsIn(found: Scrape): (number | undefined)[] {
  return ['total', 'idle', 'waiting'].map((state) =>
    found.valueOf(`database_pool_connections{state="${state}"}`),
  );
}

describe('GET /metrics', () => {
  let server: TestApplication;
  let customer: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
    customer = await signUp(server);
  });
  afterAll(() => server.stop());

  it("answers in Prometheus' text format, every name with its help and its type", async () => {
    const response = await server.get('/metrics').expect(200);
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const described = [...response.text.matchAll(/^# HELP (\w+) .+\n# TYPE \1 (\w+)$/gm)];
    const types: unknown = Object.fromEntries(described.map(([, name, type]) => [name, type]));
    expect(types).toMatchObject({
      http_requests_total: 'counter',
      http_request_duration_seconds: 'histogram',
      database_pool_connections: 'gauge',
      queue_jobs: 'gauge',
      queue_oldest_ready_job_age_seconds: 'gauge',
      renewal_lag_seconds: 'gauge',
      renewals_total: 'counter',
      quota_refusals_total: 'counter',
      scrape_errors_total: 'counter',
      process_cpu_seconds_total: 'counter',
      process_resident_memory_bytes: 'gauge',
      nodejs_eventloop_lag_seconds: 'gauge',
    });
  });

  it('answers HEAD too, and is not for POST', async () => {
    await server.send('head', '/metrics').expect(200);
    expectProblem(await server.post('/metrics'), 405, 'method_not_allowed');
  });

  it('counts each answer once, and times as many', async () => {
    const before = await scrape(server);
    const begun = Date.now();
    for (let sent = 0; sent < 3; sent += 1) await server.get('/v1/me', customer.token).expect(200);
    await server.get('/v1/me').expect(401);
    const after = await scrape(server);
    for (const [status, times] of [
      [200, 3],
      [401, 1],
    ] as const) {
      const earlier = before.requests('GET', '/v1/me', status);
      expect(after.requests('GET', '/v1/me', status) - earlier).toBe(times);
      const of = labels('GET', '/v1/me', status);
      const timed = after.valueOf(`http_request_duration_seconds_count${of}`);
      expect(timed).toBe(after.requests('GET', '/v1/me', status));
    }
    const sum = after.valueOf(`http_request_duration_seconds_sum${labels('GET', '/v1/me', 200)}`)!;
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual((Date.now() + 1 - begun) / 1000); // seconds, and of these requests alone
  });

  it('counts itself', async () => {
    const before = (await scrape(server)).requests('GET', '/metrics', 200);
    expect((await scrape(server)).requests('GET', '/metrics', 200)).toBe(before + 1);
  });

  it('names routes by their pattern, without ids', async () => {
    const before = await scrape(server);
    for (const id of [newId(), newId(), 'no-id'])
      await server.get(`/v1/applications/${id}?secret=1`, customer.token);
    const after = await scrape(server);
    const route = '/v1/applications/:id';
    const counted = [200, 404, 422].map(
      (status) => after.requests('GET', route, status) - before.requests('GET', route, status),
    );
    expect(counted.reduce((one, other) => one + other)).toBe(3);
  });

  it('puts all requests without a route under one name', async () => {
    const before = await scrape(server);
    await server.get(`/nowhere/${newId()}`).expect(404);
    await server.get('/wp-login.php?x=1').expect(404);
    await server.delete('/v1/plans').expect(405);
    for (const method of ['PROPFIND', 'REPORT'])
      await sendRaw(server.url, { method, path: `/${newId()}` });
    const after = await scrape(server);
    const risen = (method: string, status: number): number =>
      after.requests(method, 'unmatched', status) - before.requests(method, 'unmatched', status);
    expect([risen('GET', 404), risen('DELETE', 405), risen('other', 404)]).toEqual([2, 1, 2]);
    expect(after.text).not.toMatch(/nowhere|wp-login|PROPFIND|REPORT/);
  });

  it('has no id, address, name or token in it', async () => {
    const { text } = await scrape(server);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|tn[skfuv]_|@example\.com|Acme|secret/);
    expect(text).toContain('route="/v1/auth/signup"');
  });

  it('counts the jobs that are ready, delayed and given up, and how long the oldest has waited', async () => {
    await server.database.query('DELETE FROM graphile_worker._private_jobs');
    const none = await scrapeAnew(server);
    expect(none.jobs()).toEqual([0, 0, 0]);
    expect(none.valueOf('queue_oldest_ready_job_age_seconds')).toBe(0);

    for (const due of ['-90 seconds', '-10 seconds', '1 hour', '2 hours', '3 hours'])
      await server.database.query(
        `SELECT graphile_worker.add_job('test.nothing', run_at => now() + $1::interval)`,
        [due],
      );
    await server.database.query(`
      UPDATE graphile_worker._private_jobs SET attempts = max_attempts
      WHERE run_at > now() + interval '150 minutes'`);
    const some = await scrapeAnew(server);
    expect(some.jobs()).toEqual([2, 2, 1]);
    const age = some.valueOf('queue_oldest_ready_job_age_seconds')!;
    expect(age).toBeGreaterThanOrEqual(90);
    expect(age).toBeLessThan(120);
  });

  it('leaves out of the ready ones those that are being done', async () => {
    await server.database.query('DELETE FROM graphile_worker._private_jobs');
    await server.database.query(`SELECT graphile_worker.add_job('test.nothing')`);
    await server.database.query(
      `UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'a worker', attempts = max_attempts`,
    );
    expect((await scrapeAnew(server)).jobs()).toEqual([0, 0, 0]);
    await server.database.query('DELETE FROM graphile_worker._private_jobs');
  });

  it('counts refusals for want of room, by feature, once each', async () => {
    await insertPlan(server.database, 'tiny', { recordings: 1 });
    const { business, token, key } = await signUp(server);
    await changeSubscription(server.database, business.id, { planSlug: 'tiny' });
    await server.post('/v1/recordings', key, aRecording()).expect(201);
    for (let sent = 0; sent < 2; sent += 1)
      await server.post('/v1/recordings', key, aRecording()).expect(402);
    await server.post('/v1/applications', token, { name: 'One' }).expect(201);
    await server.post('/v1/applications', token, { name: 'Two' }).expect(402);
    const found = await scrape(server);
    expect(found.seriesOf('quota_refusals_total').sort()).toEqual([
      'quota_refusals_total{feature="applications"}',
      'quota_refusals_total{feature="recordings"}',
    ]);
    expect(found.valueOf('quota_refusals_total{feature="recordings"}')).toBe(2);
    expect(found.valueOf('quota_refusals_total{feature="applications"}')).toBe(1);
  });
});

describe('the token of /metrics', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start({ metricsToken: TOKEN });
  });
  afterAll(() => server.stop());

  const scrapeWith = (authorization: string) => server.get('/metrics').set({ authorization });

  it('opens, however the scheme is spelt', async () => {
    for (const scheme of ['Bearer', 'bearer'])
      expect((await scrapeWith(`${scheme} ${TOKEN}`).expect(200)).text).toContain('# HELP');
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer nonsense',
    `Bearer ${TOKEN}=`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN.toUpperCase()}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ])('is asked for: "%s" is not it', async (authorization) => {
    const refused = await scrapeWith(authorization);
    expectProblem(refused, 401, 'unauthenticated');
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer /);
    expect(refused.text).not.toContain(TOKEN);
  });

  it('is not in the address', async () => {
    const refused = await server.get(`/metrics?access_token=${encodeURIComponent(TOKEN)}`);
    expect(refused.status).not.toBe(200);
  });

  it('is no credential, and no credential is it', async () => {
    const { token, key } = await signUp(server);
    for (const credential of [token, key])
      expectProblem(await server.get('/metrics', credential), 401, 'unauthenticated');
    expectProblem(await server.get('/v1/me', TOKEN), 401, 'unauthenticated');
  });

  it('guards HEAD like GET', async () => {
    expect((await server.send('head', '/metrics')).status).toBe(401);
  });

  it('is not among the metrics', async () => {
    expect((await scrapeWith(`Bearer ${TOKEN}`)).text).not.toContain(TOKEN);
  });
});

describe('the metrics of one application', () => {
  const withServer = async (
    changes: Partial<Config>,
    work: (server: TestApplication) => Promise<void>,
  ): Promise<void> => {
    const server = await TestApplication.start(changes);
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  };

  it('are of what it answered, not of what others in the process did', async () => {
    await withServer({}, async (one) => {
      await withServer({}, async (other) => {
        await one.post('/v1/auth/signup', undefined, aSignup()).expect(201);
        await other.get('/v1/plans').expect(200);
        const counted = [await scrape(one), await scrape(other)].map((found) => [
          found.requests('POST', '/v1/auth/signup', 201),
          found.requests('GET', '/v1/plans', 200),
        ]);
        expect(counted).toEqual([
          [1, 0],
          [0, 1],
        ]);
      });
    });
  });

  it('tell of its connections, and of those who wait for one', async () => {
    await withServer({ databasePoolSize: 1 }, async (server) => {
      await withBlocked(server.database, 'plans', async (release) => {
        const held = [1, 2].map(() => server.get('/v1/plans').then(({ status }) => status));
        await until('one of them waits for the other', async () => {
          const [total, idle, waiting] = connectionsIn(await scrape(server));
          return total === 1 && idle === 0 && waiting! >= 1;
        });
        await release();
        expect(await Promise.all(held)).toEqual([200, 200]);
        expect(connectionsIn(await scrape(server))).toEqual([1, 1, 0]);
      });
    });
  });

  it('leave out what is held up, soon, and say so; the rest is there', async () => {
    await withServer({}, async (server) => {
      await withBlocked(server.database, 'subscriptions', async (release) => {
        const held = await scrape(server); // which would wait until the release
        expect(held.seriesOf('renewal_lag_seconds')).toEqual([]);
        expect([held.errors('renewal_lag'), held.errors('queue')]).toEqual([1, 0]);
        expect(held.jobs()).toEqual([0, 0, 0]);
        await release();
        const well = await scrapeAnew(server);
        expect(well.valueOf('renewal_lag_seconds')).toBe(0);
        expect(well.errors('renewal_lag')).toBe(1);
      });
    });
  });

  it('are answered with 200 without a database, less what only that knows', async () => {
    const server = await TestApplication.start();
    try {
      await server.post('/v1/auth/signup', undefined, aSignup()).expect(201);
      const well = await scrape(server);
      expect(READ.filter((name) => well.seriesOf(name).length === 0)).toEqual([]);
      await server.database.drop();
      const down = await scrapeAnew(server);
      expect(READ.flatMap((name) => down.seriesOf(name))).toEqual([]);
      expect([down.errors('renewal_lag'), down.errors('queue')]).toEqual([1, 1]);
      expect(down.requests('POST', '/v1/auth/signup', 201)).toBe(1);
      expect(down.valueOf('renewals_total{outcome="renewed"}')).toBe(0);
    } finally {
      await server.app.close();
    }
  });
});

/** Blocks reads of the table until the work calls `release`. */
async function withBlocked(
  { url }: TestDatabase,
  table: 'plans' | 'subscriptions',
  work: (release: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  await withConnection(url, {}, async (client) => {
    await client.query(`BEGIN; LOCK TABLE ${table}`);
    await work(() => client.query('ROLLBACK'));
  });
}
