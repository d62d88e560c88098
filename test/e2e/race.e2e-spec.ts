import { RACE_WAYS, type RaceResponse, type RaceWay } from '../../src/demo/race';
import { RaceService } from '../../src/demo/race.service';
import { insertAndConsume, openPool, race } from '../../src/demo/usage-race';
import { listRows } from '../support/architecture/rows';
import { signUp, type Customer } from '../support/customers';
import { readAuditLog } from '../support/staff';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

/* A race at a limit that the console shows in development. */

const PATH = '/v1/demo/races';

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
  customer = await signUp(server);
});
afterAll(() => server.stop());

const run = async (way: RaceWay): Promise<RaceResponse> =>
  (await server.post(PATH, customer.token, { way }).expect(200)).body as RaceResponse;

it('the admission lets in exactly the limit, check-then-insert at least as many', async () => {
  const { limit, admitted } = await run('admission');
  expect(admitted).toBe(limit);
  expect((await run('check_then_insert')).admitted).toBeGreaterThanOrEqual(limit);
});

it('two races at once do not count for each other', async () => {
  const races = await Promise.all([run('admission'), run('admission')]);
  for (const { admitted, limit } of races) expect(admitted).toBe(limit);
});

it('leaves nothing behind but what the audit log tells of it', async () => {
  const isAudit = (row: string): boolean => /^(audit_log|sql_callers): /.test(row);
  const before = await listRows(server.database);
  await run('admission');
  await run('check_then_insert');
  const after = await listRows(server.database);
  expect(after.filter((row) => !isAudit(row))).toEqual(before.filter((row) => !isAudit(row)));
  const tables = `SELECT FROM pg_tables WHERE tablename LIKE 'race%'`;
  expect(await server.database.query(tables)).toEqual([]);
});

it('of eight at once each has its turn', async () => {
  const ways = Array.from({ length: 8 }, (_, index) => RACE_WAYS[index % 2]!);
  for (const { callers, limit } of await Promise.all(ways.map(run)))
    expect([callers, limit]).toEqual([150, 50]);
});

it('the next start removes what a killed process has left, after a minute', async () => {
  const left = (name: string, age: string) => [
    `CREATE TABLE tenantry.${name} (way text)`,
    `INSERT INTO features (id, name, kind, resets, visibility, is_declared, created_at)
     VALUES ('${name}', 'Race', 'metered', 'never', 'team', false, now() - interval '${age}')`,
    `INSERT INTO business_grants (business_id, id, terms, reason, granted_by, created_at)
     VALUES ('${customer.business.id}', '${name}', '{"limit": 50, "mode": "hard"}', 'a race', 'development', now())`,
  ];
  const [old, running] = ['race_0123456789ab', 'race_ba9876543210'];
  for (const sql of [...left(old, '61 seconds'), ...left(running, '1 second')])
    await server.database.query(sql);
  await server.app.get(RaceService).onApplicationBootstrap();
  const names = `SELECT tablename AS name FROM pg_tables WHERE tablename LIKE 'race%' UNION ALL SELECT id FROM features WHERE id LIKE 'race%'`;
  expect(await server.database.query(names)).toEqual([{ name: running }, { name: running }]);
});

it('tells in the audit log who has begun it', async () => {
  await run('admission');
  const [entry] = await readAuditLog(server, customer.token);
  expect(entry).toMatchObject({
    action: 'page.race',
    actor: { kind: 'person', email: customer.email },
  });
});

it('is refused to a stranger, to another way, and while the subscription is paused', async () => {
  expectProblem(await server.post(PATH, undefined, { way: 'admission' }), 401, 'unauthenticated');
  const wrong = await server.post(PATH, customer.token, { way: 'luck' });
  expectProblem(wrong, 422, 'validation_failed');
  await server.post('/v1/subscription/pause', customer.token).expect(200);
  const paused = await server.post(PATH, customer.token, { way: 'admission' });
  expectProblem(paused, 403, 'subscription_inactive');
});

/** As if the business had signed up a period ago. */
const endPeriod = (businessId: string) =>
  server.database.query(
    `UPDATE subscriptions SET anchor = anchor - interval '15 days', period_start = period_start - interval '15 days',
       period_end = period_end - interval '15 days' WHERE business_id = $1`,
    [businessId],
  );

it('a period that has ended is renewed before the race', async () => {
  const { business, token } = await signUp(server);
  await endPeriod(business.id);
  const raced = await server.post(PATH, token, { way: 'admission' }).expect(200);
  expect(raced.body).toMatchObject({ admitted: 50, limit: 50 });
});

it('a period that ends during the race ends the race', async () => {
  const { business } = await signUp(server);
  await endPeriod(business.id);
  const pool = openPool(server.database.url);
  const track = { ...{ businessId: business.id, feature: 'recordings' }, table: 'raced', limit: 1 };
  await pool.query('CREATE TABLE raced (way text, business_id uuid)');
  await server.database.query('INSERT INTO sql_callers VALUES ($1, session_user)', [business.id]);
  await expect(race(pool, track, 3, insertAndConsume)).rejects.toThrow(/^subscription_behind: /);
  await pool.query('DROP TABLE raced');
  await pool.end();
});

it('does not exist in production', async () => {
  const production = await TestApplication.start({ environment: 'production' });
  expectProblem(await production.post(PATH, undefined, { way: 'x' }), 404, 'route_not_found');
  await production.stop();
});
