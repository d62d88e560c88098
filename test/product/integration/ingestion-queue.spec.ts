import { newId } from '../../../src/common/ids';
import type {
  Admission,
  SentRecording,
} from '../../../src/product/recordings/ingestion.repository';
import { holdingLocks } from '../../support/held-locks';
import { LockHolder } from '../../support/lock-holder';
import { openQueue, sentBy, tallyOutcomes, type OpenQueue } from '../support/ingestion';
import { insertTenants } from '../../support/tenants';
import { race } from '../../support/race';
import { statementsOf } from '../../support/statement-counter';
import { readCount } from '../../support/subscriptions';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/* Recordings of many callers share flushes: what goes to the database, and what becomes of each when one fails. */

const HOLD_COUNTER =
  "SELECT FROM usage_counters WHERE business_id = $1 AND feature = 'recordings' FOR UPDATE";
const MAXIMUM_FLUSH = 256;
const MAXIMUM_WAITING_OF_ONE = 2_500;

let database: TestDatabase;
let open: OpenQueue;
let tenant: string;
let others: string[];
beforeAll(async () => {
  database = await createTestDatabase();
  open = await openQueue(database.url);
});
afterAll(async () => {
  await open.pool.close();
  await database.drop();
});
beforeEach(async () => {
  [tenant, ...others] = (await insertTenants(database, 4)) as [string, ...string[]];
});

function admit(recording: SentRecording): Promise<Admission> {
  return open.queue.admit(recording);
}

function admitAll(recordings: SentRecording[]): Promise<Admission[]> {
  return Promise.all(recordings.map(admit));
}

function many(count: number, businessId = tenant): SentRecording[] {
  return Array.from({ length: count }, () => sentBy(businessId));
}

async function expectStored(businessId: string, count: number): Promise<void> {
  expect(await readCount(database, businessId)).toEqual({ counter: count, rows: count });
}

describe('callers who come at once', () => {
  it('share statements: one for up to 256 of them, of any tenants', async () => {
    const recordings = [tenant, ...others].flatMap((each) => many(75, each));
    const { all } = await statementsOf(() => admitAll(recordings));
    expect(all).toHaveLength(Math.ceil(recordings.length / MAXIMUM_FLUSH));
    for (const each of [tenant, ...others]) await expectStored(each, 75);
  });

  it('while a flush is at the database wait, and share the next', async () => {
    const lockHolder = await LockHolder.ofInserts(database, 'recordings', tenant);
    const { all } = await statementsOf(async () => {
      const first = admit(sentBy(tenant));
      await lockHolder.untilReached();
      const later = admitAll(others.flatMap((each) => many(30, each)));
      await lockHolder.release();
      await Promise.all([first, later]);
    });
    const flushes = all.filter((text) => text.includes('admit_recordings'));
    expect(flushes).toHaveLength(2);
    for (const each of others) await expectStored(each, 30);
  });

  it('and alone: one statement, and no BEGIN or COMMIT beside it', async () => {
    const { all } = await statementsOf(() => admit(sentBy(tenant)));
    expect(all).toEqual([expect.stringContaining('admit_recordings')]);
  });
});

describe('a recording that the database refuses', () => {
  it('fails alone: its neighbours are stored, each once', async () => {
    const bad = sentBy(tenant, { durationMs: -1 });
    const recordings = [...many(5), bad, ...many(5), ...many(5, others[0])];
    const settled = await Promise.allSettled(recordings.map(admit));
    const failed = settled.filter(({ status }) => status === 'rejected');
    expect(failed).toEqual([settled[5]]);
    expect(failed[0]).toMatchObject({ reason: { constraint: 'ck_recordings_duration' } });
    await expectStored(tenant, 10);
    await expectStored(others[0]!, 5);
  });

  it('fails alone among those who had to wait for their counter, too', async () => {
    const bad = sentBy(tenant, { durationMs: -1 });
    let settled: Promise<PromiseSettledResult<Admission>[]> | undefined;
    await holdingLocks(database, HOLD_COUNTER, [tenant], async (untilWaited) => {
      settled = Promise.allSettled([...many(3), bad, ...many(3)].map(admit));
      await untilWaited();
    });
    const statuses = (await settled!).map(({ status }) => status);
    expect(statuses.map((status) => status === 'rejected')).toEqual(
      statuses.map((_, index) => index === 3),
    );
    await expectStored(tenant, 6);
  });
});

describe('a connection that is lost in the middle of a flush', () => {
  it('fails all of the flush with 503; nothing is stored, and what comes next is', async () => {
    const lockHolder = await LockHolder.ofInserts(database, 'recordings', tenant);
    const recordings = [...many(4), ...many(4, others[0]), ...many(4, others[1])];
    const settled = Promise.allSettled(recordings.map(admit));
    await lockHolder.untilReached();
    await database.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event = 'advisory'`,
    );
    const refusals = (await settled).map((each) =>
      each.status === 'rejected' ? (each.reason as unknown) : null,
    );
    const unavailable = { code: 'database_unavailable', headers: { 'Retry-After': '2' } };
    expect(refusals).toMatchObject(recordings.map(() => unavailable));
    await lockHolder.release();
    for (const each of [tenant, ...others]) await expectStored(each, 0);

    expect(tallyOutcomes(await admitAll(recordings))).toEqual({ inserted: 12 });
  });
});

describe('a counter that another transaction holds', () => {
  it('delays only its own tenant, who loses nothing', async () => {
    let waiting: Promise<Admission[]> | undefined;
    await holdingLocks(database, HOLD_COUNTER, [tenant], async (untilWaited) => {
      waiting = admitAll(many(3));
      await untilWaited();
      const mixed = admitAll(many(2));
      for (const each of others)
        expect(tallyOutcomes(await admitAll(many(5, each)))).toEqual({ inserted: 5 });
      await expectStored(tenant, 0);
      waiting = Promise.all([waiting, mixed]).then((all) => all.flat());
    });
    expect(tallyOutcomes(await waiting!)).toEqual({ inserted: 5 });
    await expectStored(tenant, 5);
  });

  it('does not hold up neighbours of the same flush', async () => {
    let held: Promise<Admission> | undefined;
    await holdingLocks(database, HOLD_COUNTER, [tenant], async () => {
      held = admit(sentBy(tenant));
      expect(tallyOutcomes(await admitAll(many(5, others[0])))).toEqual({ inserted: 5 });
    });
    expect(await held).toMatchObject({ outcome: 'inserted' });
  });
});

describe('more than the queue takes', () => {
  it('is refused with 503; what it has taken is stored', async () => {
    const lockHolder = await LockHolder.ofInserts(database, 'recordings', tenant);
    const first = admit(sentBy(tenant));
    await lockHolder.untilReached();
    const crowd = others.slice(0, 2).flatMap((each) => many(MAXIMUM_WAITING_OF_ONE, each));
    const taken = admitAll(crowd);
    const overloaded = { code: 'ingestion_overloaded', headers: { 'Retry-After': '1' } };
    expect(() => admit(sentBy(tenant))).toThrow(expect.objectContaining(overloaded) as Error);
    await lockHolder.release();
    await first;
    expect(tallyOutcomes(await taken)).toEqual({ inserted: crowd.length });
    await expectStored(tenant, 1);
    await expectStored(others[0]!, MAXIMUM_WAITING_OF_ONE);
    expect(await admit(sentBy(tenant))).toMatchObject({ outcome: 'inserted' });
  });

  it('is refused to the one business that fills half of it, and to no other', async () => {
    const lockHolder = await LockHolder.ofInserts(database, 'recordings', tenant);
    const first = admit(sentBy(tenant));
    await lockHolder.untilReached();
    const taken = admitAll(many(MAXIMUM_WAITING_OF_ONE, others[0]));
    const overloaded = { code: 'ingestion_overloaded', headers: { 'Retry-After': '1' } };
    const refusal = expect.objectContaining(overloaded) as Error;
    expect(() => admit(sentBy(others[0]!))).toThrow(refusal);
    const little = admit(sentBy(others[1]!));
    await lockHolder.release();
    await Promise.all([first, taken, little]);
    expect(await admit(sentBy(others[0]!))).toMatchObject({ outcome: 'inserted' });
  });
});

describe('a business that sends much', () => {
  it('leaves the others their place in the next flush', async () => {
    const lockHolder = await LockHolder.ofInserts(database, 'recordings', tenant);
    const { sent } = await statementsOf(async () => {
      const first = admit(sentBy(tenant));
      await lockHolder.untilReached();
      const much = admitAll(many(4 * MAXIMUM_FLUSH, others[0]));
      const little = admitAll(many(3, others[1]));
      await lockHolder.release();
      await Promise.all([first, much, little]);
    });
    const hasLittle = sent
      .filter(({ text }) => text.includes('admit_recordings'))
      .map(({ values }) => (values[0] as string[]).includes(others[1]!));
    expect(hasLittle).toEqual([false, true, ...hasLittle.slice(2).map(() => false)]);
    await expectStored(others[0]!, 4 * MAXIMUM_FLUSH);
  });
});

describe('one external id', () => {
  it('sent twice at once: the first is stored, and the second finds it', async () => {
    const first = sentBy(tenant);
    const second = sentBy(tenant, { externalId: first.externalId });
    const { all } = await statementsOf(async () => {
      const admissions = await admitAll([first, second, ...many(10)]);
      expect(admissions.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['inserted', 'exists']);
    });
    expect(all).toHaveLength(2); // and not one by one, after a flush that failed
    await expectStored(tenant, 11);
  });

  it('sent 25 times among others: one is stored', async () => {
    const externalId = newId();
    const recordings = Array.from({ length: 25 }, () => [
      sentBy(tenant, { externalId }),
      sentBy(tenant),
    ]);
    const outcomes = tallyOutcomes(await admitAll(recordings.flat()));
    expect(outcomes).toEqual({ inserted: 26, exists: 24 });
    await expectStored(tenant, 26);
  });

  it('of several tenants is one of each, in one statement', async () => {
    const externalId = newId();
    const recordings = [tenant, ...others].map((each) => sentBy(each, { externalId }));
    const { all } = await statementsOf(async () => {
      expect(tallyOutcomes(await admitAll(recordings))).toEqual({ inserted: 4 });
    });
    expect(all).toHaveLength(1);
  });

  it('sent by two processes at once: one is stored', async () => {
    const other = await openQueue(database.url);
    const externalId = newId();
    const admissions = await race(20, (index) =>
      (index % 2 === 0 ? open : other).queue.admit(sentBy(tenant, { externalId })),
    );
    await other.pool.close();
    expect(tallyOutcomes(admissions)).toEqual({ inserted: 1, exists: 19 });
    await expectStored(tenant, 1);
  });
});
