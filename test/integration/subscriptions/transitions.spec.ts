import {
  SUBSCRIPTION_STATUSES,
  type SubscriptionStatus,
} from '../../../src/modules/subscriptions/subscription.entity';
import { TRANSITIONS } from '../../../src/modules/subscriptions/decisions/transitions';
import { refusalOf, withConnection } from '../../support/connection';
import { insertDueBusinesses } from '../../support/subscriptions';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/* The database's own list of transitions (record_subscription_event) against the table of the code. */

const CHECK_VIOLATION = '23514';
const PAIRS = SUBSCRIPTION_STATUSES.flatMap((from) =>
  SUBSCRIPTION_STATUSES.map((to) => ({ from, to })),
);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A subscription that never was in another status. */
async function subscriptionIn(status: SubscriptionStatus): Promise<string> {
  const [businessId] = await insertDueBusinesses(database, 1);
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO subscriptions
     SELECT (jsonb_populate_record(subscription, jsonb_build_object(
       'id', uuid_v7(), 'is_current', false, 'status', $2::text,
       'paused_at', CASE WHEN $2 = 'paused' THEN period_start END))).*
     FROM subscriptions AS subscription WHERE business_id = $1
     RETURNING id`,
    [businessId, status],
  );
  return row!.id;
}

const CHANGE = `
  UPDATE subscriptions SET status = $2::text, paused_at = CASE WHEN $2 = 'paused' THEN period_start END WHERE id = $1`;

function isInTable({ from, to }: (typeof PAIRS)[number]): boolean {
  const targets: SubscriptionStatus[] = Object.values(TRANSITIONS[from]);
  return targets.includes(to);
}

it.each(PAIRS)('$from to $to: the database takes it where the table does', async (pair) => {
  const id = await subscriptionIn(pair.from);
  const refusal = await withConnection(database.url, { scope: 'platform' }, (client) =>
    refusalOf(client, CHANGE, [id, pair.to]),
  );
  const isTaken = pair.from === pair.to || isInTable(pair);
  expect(refusal).toBe(isTaken ? null : CHECK_VIOLATION);
});

it('each transition is a row of the history, with the status before and after', async () => {
  for (const pair of PAIRS.filter((each) => each.from !== each.to && isInTable(each))) {
    const id = await subscriptionIn(pair.from);
    await database.query(CHANGE, [id, pair.to]);
    const history = await database.query(
      `SELECT status_before AS "from", status AS "to" FROM subscription_events
       WHERE subscription_id = $1 ORDER BY at, id`,
      [id],
    );
    expect(history).toEqual([{ from: null, to: pair.from }, pair]);
  }
});
