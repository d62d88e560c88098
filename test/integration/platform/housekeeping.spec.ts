import { RequestContext } from '../../../src/common/request-context';
import { Housekeeping } from '../../../src/modules/ops/housekeeping';
import { signUp } from '../../support/customers';
import { forgetBusinesses } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/* What housekeeping deletes, and what it leaves. */

const ONE_HOUR_MS = 3_600_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.query('DELETE FROM graphile_worker._private_jobs'));

describe('housekeeping', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start({}, database);
  });
  afterAll(() => server.app.close());
  beforeEach(() => forgetBusinesses(database));

  function prune(): Promise<void> {
    return server.app.get(Housekeeping).prune(RequestContext.job('housekeeping.prune'));
  }

  /** Rows by table. The audit log is left out: the end of a session is written there. */
  async function countRows(): Promise<Record<string, number>> {
    const tables = await database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
       WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'tenantry'::regnamespace AND relname NOT IN ('audit_log', 'idempotency_daily_totals')`, // totals are of days in UTC: the hour decides
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables) {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*)::integer FROM ${name}`,
      );
      counts[name] = row!.count;
    }
    return counts;
  }

  it('forgets answers of more than 24 hours and sessions unused for 12, and nothing else', async () => {
    const early = await signUp(server, 'Early');
    await answerOnce(early.token, 'early');
    server.clock.moveBy(11 * ONE_HOUR_MS);
    const late = await signUp(server, 'Late');
    await answerOnce(late.token, 'late');
    server.clock.moveBy(2 * ONE_HOUR_MS);
    const before = await countRows();

    await prune();
    expect(await countRows()).toEqual({ ...before, sessions: before.sessions! - 1 });
    expect((await server.get('/v1/me', early.token)).status).toBe(401);
    expect((await server.get('/v1/me', late.token)).status).toBe(200);

    server.clock.moveBy(11 * ONE_HOUR_MS + 1);
    await prune();
    expect(await countRows()).toEqual({
      ...before,
      sessions: before.sessions! - 1,
      idempotency_keys: before.idempotency_keys! - 1,
    });
  });

  it('forgets sessions older than 30 days, however much they are used', async () => {
    const { token } = await signUp(server);
    for (let halfDays = 0; halfDays < 60; halfDays += 1) {
      server.clock.moveBy(12 * ONE_HOUR_MS - 60_000);
      await server.get('/v1/me', token);
    }
    await prune();
    expect((await countRows()).sessions).toBe(1);
    server.clock.moveBy(ONE_HOUR_MS);
    await prune();
    expect((await countRows()).sessions).toBe(0);
  });

  async function answerOnce(token: string, key: string): Promise<void> {
    const response = await server
      .post('/v1/api-keys', token, { name: 'Shop' })
      .set('idempotency-key', key);
    expect(response.status).toBe(201);
  }
});
