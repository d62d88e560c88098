import { RequestContext } from '../../../src/common/request-context';
import { EventsService } from '../../../src/modules/events/events.service';
import { RenewalService } from '../../../src/modules/subscriptions/renewal/renewal.service';
import { Database } from '../../../src/platform/database/database';
import { Transaction } from '../../../src/platform/database/transaction';
import { insertDueBusinesses } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { createTestDatabase } from '../../support/test-database';

/* Which commits wait for the disk. That PostgreSQL may be killed meanwhile: test/slow/renewal-crash. */

const CONTEXT = RequestContext.job('subscription.renew');

let server: TestApplication;
beforeAll(async () => {
  const database = await createTestDatabase();
  const name = new URL(database.url).pathname.slice(1);
  await database.query(`ALTER DATABASE ${name} SET synchronous_commit = 'local'`); // that of the tests is off
  server = await TestApplication.start({}, database);
});
afterAll(() => server.stop());
afterEach(() => jest.restoreAllMocks());

async function readSetting(tx: Transaction): Promise<string> {
  const [row] = await tx.query<{ setting: string }>(
    `SELECT current_setting('synchronous_commit') AS setting`,
  );
  return row!.setting;
}

const renewAll = () => server.app.get(RenewalService).renewAll(CONTEXT);

it('a lazy commit is one of its transaction alone', async () => {
  const read = (work: (tx: Transaction) => Promise<void>) =>
    server.app.get(Database).platform(CONTEXT, 'a test', async (tx) => {
      await work(tx);
      return readSetting(tx);
    });
  expect(await read((tx) => tx.commitLazily())).toBe('off');
  expect(await read(() => Promise.resolve())).toBe('local');
  expect(await read((tx) => tx.commitLazily().then(() => tx.commitDurably()))).toBe('local');
});

it('a batch of plain renewals commits lazily', async () => {
  const lazily = jest.spyOn(Transaction.prototype, 'commitLazily');
  await insertDueBusinesses(server.database, 3);
  expect(await renewAll()).toMatchObject({ renewed: 3 });
  expect(lazily).toHaveBeenCalledTimes(1);
});

it('a batch with another decision than a plain renewal waits for the disk', async () => {
  const lazily = jest.spyOn(Transaction.prototype, 'commitLazily');
  const [canceled] = await insertDueBusinesses(server.database, 3);
  await server.database.query(
    'UPDATE subscriptions SET cancel_at_period_end = true WHERE business_id = $1',
    [canceled],
  );
  expect(await renewAll()).toMatchObject({ renewed: 2 });
  expect(lazily).not.toHaveBeenCalled();
});

it('a batch whose events have a listener waits for the disk', async () => {
  const [followed] = await insertDueBusinesses(server.database, 3);
  const settings: string[] = [];
  server.app.get(EventsService).addListener({
    onAppended: async (tx) => void settings.push(await readSetting(tx)),
    listFollowed: () => Promise.resolve([followed!]),
  });
  expect(await renewAll()).toMatchObject({ renewed: 3 });
  expect(settings).toEqual(['local']);
});
