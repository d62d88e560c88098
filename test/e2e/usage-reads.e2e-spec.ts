import { newId } from '../../src/common/ids';
import { RequestContext } from '../../src/common/request-context';
import { UsageAlertsService } from '../../src/modules/usage/usage-alerts.service';
import { ReservationsService } from '../../src/modules/usage/reservations.service';
import { signUp, type Customer } from '../support/customers';
import { finishJobs, MailServer } from '../support/mail-server';
import { addMember } from '../support/members';
import { expectProblem } from '../support/problems';
import { createServiceKey } from '../support/service-keys';
import { addStaff, REASON, type StaffMember } from '../support/staff';
import { LONG_SESSIONS, ONE_DAY_MS, resetClock } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';
import { insertCredit, insertFeature, readCounter } from '../support/usage';

/* What is read of usage: one feature, its sources, its days, its alerts; and what expires by itself. */

let mailServer: MailServer;
let server: TestApplication;
let customer: Customer;
let staff: StaffMember;
let key: string;
beforeAll(async () => {
  mailServer = await MailServer.start();
  server = await TestApplication.start({
    ...LONG_SESSIONS,
    ...{ rateLimitRequests: 100_000, roles: ['worker'], smtpUrl: mailServer.url },
  });
  const { database } = server;
  await insertFeature(database, 'exports', 'metered', 'period');
  await insertFeature(database, 'calls', 'metered', 'day');
  await insertFeature(database, 'storage', 'allocated');
  await insertFeature(database, 'beta', 'flag');
  const limit = { limit: 10, mode: 'hard' };
  await database.query('UPDATE plans SET grants = grants || $1::jsonb', [
    JSON.stringify({ exports: limit, calls: limit, storage: limit }),
  ]);
  staff = await addStaff(server);
  ({ key } = await createServiceKey(server, staff));
});
afterAll(async () => {
  await server.stop();
  await mailServer.close();
});
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
});

let events = 0;

async function use(amount: number, feature = 'exports'): Promise<void> {
  const eventId = `event-${(events += 1)}`;
  const body = { businessId: customer.business.id, feature, eventId, amount };
  await server.post('/v1/usage-events', key, body).expect(201);
}

const read = (path: string) => server.get(`/v1/usage/${path}`, customer.token);

describe('the usage of a feature', () => {
  it('is that of its counter, also before it was ever used', async () => {
    const unused = { used: 0, limit: 10, remaining: 10, credits: 0, credited: 0, reserved: 0 };
    expect((await read('exports')).body).toMatchObject({ feature: 'exports', ...unused });
    await use(4);
    expect((await read('exports')).body).toMatchObject({ used: 4, remaining: 6 });
    expect((await read('storage')).body).toMatchObject({ kind: 'allocated', used: 0, limit: 10 });
  });

  it('is there of what is archived and unused; of what no catalogue has it is 404', async () => {
    await insertFeature(server.database, 'faxes', 'metered', 'period');
    await server.database.query(`UPDATE features SET archived_at = now() WHERE id = 'faxes'`);
    for (const path of ['', '/explain']) {
      const unused = await read(`faxes${path}`).expect(200);
      expect(unused.body).toMatchObject({ feature: 'faxes', used: 0, limit: 0 });
      for (const missing of ['nothing', 'constructor', '__proto__', 'toString'])
        expectProblem(await read(missing + path), 404, 'feature_not_found');
      expectProblem(await read(`beta${path}`), 409, 'feature_kind');
    }
  });

  it('is explained by the own grant of the business where it has one', async () => {
    await use(3);
    const path = `/v1/staff/businesses/${customer.business.id}/entitlements/exports`;
    await server.send('put', path, staff.token).send({ limit: 20, reason: REASON }).expect(200);
    const { sources } = (await read('exports/explain')).body as { sources: object[] };
    expect(sources).toEqual([
      { kind: 'business', id: null, used: 3, limit: 20, remaining: 17, expiresAt: null },
    ]);
  });

  it('is read by hundreds at once, who share what they read', async () => {
    for (const path of ['exports', 'exports/explain']) {
      const answers = await Promise.all(Array.from({ length: 250 }, () => read(path)));
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    }
  });

  it('is explained by plan and credits, which add up to it', async () => {
    const id = await insertCredit(server.database, customer.business.id, 'exports', 5);
    await use(12);
    const { body } = (await read('exports/explain')) as { body: object };
    expect(body).toMatchObject({
      ...{ used: 12, credited: 2, credits: 3 },
      sources: [
        { kind: 'plan', used: 10, limit: 10, remaining: 0 },
        { kind: 'credit', id, used: 2, remaining: 3 },
      ],
      recent: [{ amount: 12 }],
    });
  });

  it('equals its rows and events, of every feature', async () => {
    await use(4);
    await use(3, 'calls');
    await use(2, 'storage');
    for (const [feature, counter] of Object.entries({ exports: 4, calls: 3, storage: 2, seats: 1 }))
      expect((await read(`${feature}/verify`)).body).toEqual({
        counter,
        rows: counter,
        equal: true,
      });
  });

  it('is read with a service key, of the business that it names', async () => {
    await use(4);
    const ask = (path: string, business = customer.business.id) =>
      server.get(`/v1/usage${path}${path.includes('?') ? '&' : '?'}businessId=${business}`, key);
    expect((await ask('')).body).toEqual((await server.get('/v1/usage', customer.token)).body);
    const reads = ['', '/explain', '/verify', '/history?from=2026-11-01&to=2026-11-30', '/alerts'];
    for (const path of reads)
      expect((await ask(`/exports${path}`)).body).toEqual((await read(`exports${path}`)).body);
    expectProblem(await server.get('/v1/usage', key), 422, 'validation_failed');
    expectProblem(await ask('', newId()), 404, 'business_not_found');
    const { key: other } = await createServiceKey(server, staff, { scopes: ['usage:write'] });
    const path = `/v1/usage?businessId=${customer.business.id}`;
    expectProblem(await server.get(path, other), 403, 'insufficient_scope');
  });

  it('has a history of days', async () => {
    await use(2);
    server.clock.moveBy(ONE_DAY_MS);
    await use(3);
    const day = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 10);
    const span = `from=${day(-2 * ONE_DAY_MS)}&to=${day(2 * ONE_DAY_MS)}`;
    const { body } = (await read(`exports/history?${span}`)) as {
      body: { data: { used: number }[] };
    };
    expect(body.data.map(({ used }) => used)).toEqual([2, 3]);
  });

  it.each([
    ['exports/history', 422, 'validation_failed'],
    ['exports/history?from=2026-02-30&to=2026-03-01', 422, 'validation_failed'],
    ['exports/history?from=2026-03-02&to=2026-03-01', 422, 'validation_failed'],
    ['storage/history?from=2026-03-01&to=2026-03-01', 409, 'feature_kind'],
    ['nothing', 404, 'feature_not_found'],
    ['beta', 409, 'feature_kind'],
    ['beta/explain', 409, 'feature_kind'],
    ['nothing/verify', 404, 'feature_not_found'],
  ])('refuses %s', async (path, status, code) => {
    expectProblem(await read(path), status, code);
  });
});

describe('alerts', () => {
  beforeEach(async () => {
    await send(); // of the tests before
  });

  const send = (): Promise<number> =>
    server.app.get(UsageAlertsService).sendAll(RequestContext.job('usage.send_alerts'));
  const subjectsTo = (email: string) =>
    mailServer
      .mailsTo(email)
      .map(({ subject }) => subject)
      .filter((subject) => subject?.includes('has used'));

  it('at 80 and 100 % are mailed to owners and admins, once a period', async () => {
    const admin = await addMember(server, customer, 'admin');
    const viewer = await addMember(server, customer, 'viewer');
    for (const amount of [7, 1, 1, 1]) await use(amount);
    expect(await send()).toBe(2);
    expect(await send()).toBe(0);
    await finishJobs(server.database);
    for (const { email } of [customer, admin])
      expect(subjectsTo(email).sort()).toEqual([
        `${customer.business.name} has used 100 % of its exports`,
        `${customer.business.name} has used 80 % of its exports`,
      ]);
    expect(subjectsTo(viewer.email)).toEqual([]);
  });

  it('are chosen by owners and admins, and read by all', async () => {
    const set = (percentages: unknown, token = customer.token) =>
      server.send('put', '/v1/usage/exports/alerts', token).send({ percentages });
    expect((await read('exports/alerts')).body).toEqual({ percentages: [80, 100] });
    expect((await set([50, 20, 50])).body).toEqual({ percentages: [20, 50] });
    expect((await read('exports/alerts')).body).toEqual({ percentages: [20, 50] });
    await use(9);
    expect(await send()).toBe(2);
    const viewer = await addMember(server, customer, 'viewer');
    expectProblem(await set([10], viewer.token), 403, 'permission_denied');
    for (const wrong of [
      [0],
      [101],
      [1.5],
      ['80'],
      80,
      Array.from({ length: 11 }, (_, i) => i + 1),
    ])
      expectProblem(await set(wrong), 422, 'validation_failed');
  });
});

describe('a reservation that is not settled', () => {
  it('gives itself back once it has expired', async () => {
    const body = {
      businessId: customer.business.id,
      feature: 'exports',
      eventId: 'r',
      amount: 6,
      expiresInSeconds: 60,
    };
    const { id } = (await server.post('/v1/usage-reservations', key, body)).body as { id: string };
    server.clock.moveBy(61_000);
    const commit = () =>
      server.post(`/v1/usage-reservations/${id}/commit`, key, { businessId: customer.business.id });
    expectProblem(await commit(), 409, 'reservation_settled');
    const expire = () =>
      server.app
        .get(ReservationsService)
        .expireAll(RequestContext.job('usage.expire_reservations'));
    expect([await expire(), await expire()]).toEqual([1, 0]);
    expect(await readCounter(server.database, customer.business.id, 'exports')).toMatchObject({
      used: 0,
      reserved: 0,
    });
    expectProblem(await commit(), 409, 'reservation_settled');
  });
});
