import type { RaceResponse, RaceWay } from '../../src/demo/race';
import { listRows } from '../support/architecture/rows';
import { signUp, type Customer } from '../support/customers';
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

it('is refused to a stranger, to another way, and while the subscription is paused', async () => {
  expectProblem(await server.post(PATH, undefined, { way: 'admission' }), 401, 'unauthenticated');
  const wrong = await server.post(PATH, customer.token, { way: 'luck' });
  expectProblem(wrong, 422, 'validation_failed');
  await server.post('/v1/subscription/pause', customer.token).expect(200);
  const paused = await server.post(PATH, customer.token, { way: 'admission' });
  expectProblem(paused, 403, 'subscription_inactive');
});

it('does not exist in production', async () => {
  const production = await TestApplication.start({ environment: 'production' });
  expectProblem(await production.post(PATH, undefined, { way: 'x' }), 404, 'route_not_found');
  await production.stop();
});
