import { RequestContext } from '../../../src/common/request-context';
import { DomainError } from '../../../src/common/problem';
import type { Admission } from '../../../src/product/recordings/ingestion.repository';
import { openQueue, sentBy, type OpenQueue } from '../support/ingestion';
import { insertTenants } from '../../support/tenants';
import { readCount } from '../../support/subscriptions';
import { TcpProxy } from '../../support/tcp-proxy';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/* A database that swallows bytes and says nothing: single statements, and the ingestion that stands on them. */

const context = RequestContext.job('test.silent_database');

let database: TestDatabase;
let proxy: TcpProxy;
let open: OpenQueue;
let tenant: string;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await TcpProxy.before(database.url);
  open = await openQueue(proxy.url, { statementTimeoutMs: 50, databasePoolSize: 2 });
  [tenant] = (await insertTenants(database, 1)) as [string];
});
afterAll(async () => {
  await open.pool.close();
  await proxy.stop();
  await database.drop();
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof DomainError ? error.code : String(error);
}

it('is 503 while it lasts; afterwards the connections that went silent are not used again', async () => {
  await open.pool.database.statement(context, 'SELECT 1', []);
  proxy.swallow();
  expect(await codeOf(open.pool.database.statement(context, 'SELECT 1', []))).toBe(
    'database_unavailable',
  );
  proxy.letThrough();
  for (let tries = 0; tries < 4; tries += 1)
    expect((await open.pool.database.statement(context, 'SELECT 1 AS one', [])).rows).toEqual([
      { one: 1 },
    ]);
});

it('is 503 for a read that is sent at once, too', async () => {
  const read = () => open.pool.database.read(context, 'SELECT 1 AS one', []);
  await read();
  proxy.swallow();
  expect(await codeOf(read())).toBe('database_unavailable');
  proxy.letThrough();
  for (let tries = 0; tries < 4; tries += 1) expect(await read()).toEqual([{ one: 1 }]);
});

it('fails all recordings of the flush; sent again, each is there once', async () => {
  const recordings = Array.from({ length: 10 }, () => sentBy(tenant));
  await open.queue.admit(sentBy(tenant));
  proxy.swallow();
  const refused = await Promise.all(recordings.map((each) => codeOf(open.queue.admit(each))));
  expect(refused).toEqual(recordings.map(() => 'database_unavailable'));
  proxy.letThrough();
  const again: Admission[] = await Promise.all(recordings.map((each) => open.queue.admit(each)));
  expect(again.map(({ outcome }) => outcome)).toEqual(recordings.map(() => 'inserted'));
  expect(await readCount(database, tenant)).toEqual({ counter: 11, rows: 11 });
});
