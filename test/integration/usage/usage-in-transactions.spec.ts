import type { AllocatedFeature, MeteredFeature } from '../../../src/common/features';
import { RequestContext } from '../../../src/common/request-context';
import { UsageService } from '../../../src/modules/usage/usage.service';
import { Database } from '../../../src/platform/database/database';
import type { Transaction } from '../../../src/platform/database/transaction';
import { letPeriodEndIn, LONG_SESSIONS } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { insertEntitled, insertFeature, readCounter, sumEvents } from '../../support/usage';

/* Usage that is counted in transactions of this server. */

const exported: MeteredFeature = {
  ...{ key: 'exports', name: 'Exports', kind: 'metered', resets: 'period' },
};
const files: AllocatedFeature = { key: 'files', name: 'Files', kind: 'allocated' };

let server: TestApplication;
let usage: UsageService;
let businessId: string;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  usage = server.app.get(UsageService);
  await insertFeature(server.database, 'exports', 'metered', 'period');
  await insertFeature(server.database, 'files', 'allocated');
});
afterAll(() => server.stop());
beforeEach(async () => {
  const limit = { limit: 5, mode: 'hard' } as const;
  [businessId] = (await insertEntitled(server.database, 1, { exports: limit, files: limit })) as [
    string,
  ];
});

function inTransaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  const context = RequestContext.job('test.consume', businessId);
  return server.app.get(Database).transaction(context, work);
}

const used = async (feature: string): Promise<number> => {
  const counter = await readCounter(server.database, businessId, feature);
  return counter?.used ?? 0;
};

it('an event counts once, and over the limit not at all', async () => {
  const consume = (amount: number, eventId: string) =>
    inTransaction((tx) => usage.consume(tx, exported, amount, { eventId }));
  expect((await consume(3, 'first')).outcome).toBe('counted');
  expect((await consume(3, 'first')).outcome).toBe('exists');
  await expect(consume(3, 'second')).rejects.toMatchObject({ code: 'quota_exceeded' });
  await expect(consume(2, 'first')).rejects.toMatchObject({ code: 'event_id_conflict' });
  expect([await used('exports'), await sumEvents(server.database, businessId, 'exports')]).toEqual([
    3, 3,
  ]);
});

it('what rolls the transaction back takes the count back', async () => {
  const fault = new Error('the work failed after it was counted');
  const failing = inTransaction(async (tx) => {
    await usage.consume(tx, exported, 3);
    throw fault;
  });
  await expect(failing).rejects.toBe(fault);
  expect([await used('exports'), await sumEvents(server.database, businessId, 'exports')]).toEqual([
    0, 0,
  ]);
});

it('a release gives back what its event took, once', async () => {
  await inTransaction((tx) => usage.consume(tx, files, 4, { eventId: 'file' }));
  const release = (eventId: string) => inTransaction((tx) => usage.release(tx, files, { eventId }));
  expect(await release('file')).toMatchObject({ outcome: 'counted', amount: 4 });
  expect(await release('file')).toMatchObject({ outcome: 'exists', amount: 4 });
  await expect(release('other')).rejects.toMatchObject({ code: 'event_not_found' });
  expect(await used('files')).toBe(0);
});

it('a period that has ended is closed first, in the same transaction', async () => {
  await inTransaction((tx) => usage.consume(tx, exported, 5));
  await letPeriodEndIn(server.database, businessId, -1_000);
  const failing = inTransaction(async (tx) => {
    await usage.consume(tx, exported, 4);
    throw new Error('rolled back');
  });
  await expect(failing).rejects.toThrow('rolled back');
  expect(await used('exports')).toBe(5);
  await inTransaction((tx) => usage.consume(tx, exported, 4));
  expect(await used('exports')).toBe(4);
});

it.each([0, -1, 1.5, 1_000_000_001, Number.NaN])(
  'an amount of %d is a fault of the code',
  async (amount) => {
    const counting = inTransaction((tx) => usage.consume(tx, exported, amount));
    await expect(counting).rejects.toThrow('an amount is an integer from 1 to 1000000000');
    expect(await used('exports')).toBe(0);
  },
);
