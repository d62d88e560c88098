import { refusalOf, withConnection } from '../../support/connection';
import { signUp, type Customer } from '../../support/customers';
import {
  forgetBusinesses,
  FREE_PERIOD_MS,
  LONG_SESSIONS,
  renewAll,
  resetClock,
} from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { until } from '../../support/until';

/* What the constraints of periods, subscriptions and counters refuse, on a real PostgreSQL. */

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

describe('what the database refuses', () => {
  const [EXCLUSION, UNIQUE, CHECK] = ['23P01', '23505', '23514'];
  const COPY_PERIOD = `
    INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, usage, closed_at)
    SELECT business_id, subscription_id, ordinal + $1::integer, start_time + $2::interval, end_time + $2::interval,
           plan_id, $3::jsonb, closed_at
    FROM subscription_periods`;

  beforeEach(async () => {
    await aCustomer();
    moveClocks(FREE_PERIOD_MS);
    await renewAll(server);
  });

  it.each([
    [
      'a period that overlaps another by a millisecond',
      1,
      '1295999999 milliseconds',
      '{}',
      EXCLUSION,
    ],
    ['a second row for an ordinal', 0, '15 days', '{}', UNIQUE],
    ['a period with negative usage', 1, '15 days', '{"exports": 1, "calls": -1}', CHECK],
    ['a period with usage that is no number', 1, '15 days', '{"calls": "1"}', CHECK],
  ])('%s', (_, ordinals, shift, used, code) =>
    withConnection(server.database.url, { scope: 'platform' }, async (client) => {
      expect(await refusalOf(client, COPY_PERIOD, [1, '15 days', '{}'])).toBeNull();
      expect(await refusalOf(client, COPY_PERIOD, [ordinals, shift, used])).toBe(code);
    }),
  );

  /** A subscription that the business had besides, with a period that is shifted against the closed one. */
  const OTHER_PERIOD = `
    WITH other AS (
      INSERT INTO subscriptions
      SELECT (jsonb_populate_record(running, '{"id": "01890a5d-ac96-774b-bcce-b302099a8057", "is_current": false, "status": "canceled"}')).*
      FROM subscriptions AS running
      RETURNING id
    )
    INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, usage, closed_at)
    SELECT business_id, other.id, ordinal, start_time + $1::interval, end_time + $1::interval, plan_id, '{}', closed_at
    FROM subscription_periods, other`;

  it.each([
    ['by a millisecond', '1295999999 milliseconds'],
    ['by a millisecond at its start', '-1295999999 milliseconds'],
    ['entirely', '0'],
  ])('a period that overlaps %s that of another subscription of the business', (_, shift) =>
    withConnection(server.database.url, { scope: 'platform' }, async (client) => {
      expect(await refusalOf(client, OTHER_PERIOD, ['15 days'])).toBeNull();
      expect(await refusalOf(client, OTHER_PERIOD, [shift])).toBe(EXCLUSION);
    }),
  );

  it.each(['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'])(
    'the second of two periods that overlap, in transactions (%s) that do not see each other',
    (isolation) =>
      withConnection(server.database.url, { scope: 'platform' }, async (first) => {
        await first.query(`BEGIN ISOLATION LEVEL ${isolation}`);
        await first.query(COPY_PERIOD, [1, '15 days', '{}']);
        await withConnection(server.database.url, { scope: 'platform' }, async (second) => {
          await second.query(`BEGIN ISOLATION LEVEL ${isolation}`);
          const refusal = codeOf(second.query(OTHER_PERIOD, ['20 days']));
          await until('the second waits for the first', isOneWaiting);
          await first.query('COMMIT');
          expect(await refusal).toBe(EXCLUSION);
        });
      }),
  );

  /** The code (SQLSTATE) with which a statement fails; null when it does not. */
  function codeOf(statement: Promise<unknown>): Promise<string | null> {
    return statement.then(
      () => null,
      (error: { code: string }) => error.code,
    );
  }

  async function isOneWaiting(): Promise<boolean> {
    const waiting = await server.database.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'transactionid'`,
    );
    return waiting.length > 0;
  }

  it('a second current subscription of a business', () =>
    withConnection(server.database.url, { scope: 'platform' }, async (client) => {
      const copy = (isCurrent: boolean) => `
        INSERT INTO subscriptions
        SELECT (jsonb_populate_record(other, '{"id": "01890a5d-ac96-774b-bcce-b302099a8057", "is_current": ${isCurrent}}')).*
        FROM subscriptions AS other`;
      expect(await refusalOf(client, copy(false))).toBeNull();
      expect(await refusalOf(client, copy(true))).toBe(UNIQUE);
    }));

  it.each([
    ['a counter below zero', 'SET used = -1'],
    ['a counter below what was carried over', 'SET carried_over = used + 1'],
  ])('%s', (_, change) =>
    withConnection(server.database.url, { scope: 'platform' }, async (client) => {
      expect(await refusalOf(client, `UPDATE usage_counters ${change}`)).toBe(CHECK);
    }),
  );
});
