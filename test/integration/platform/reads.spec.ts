import { newId } from '../../../src/common/ids';
import { RequestContext } from '../../../src/common/request-context';
import type { Database } from '../../../src/platform/database/database';
import { holdingLocks } from '../../support/held-locks';
import { NoteBook } from '../../support/notes';

/* `Database.read`: one SELECT with BEGIN and COMMIT around it, sent together. */

let noteBook: NoteBook;
let database: Database;
beforeAll(async () => {
  noteBook = await NoteBook.open();
  ({ database } = noteBook);
});
afterAll(() => noteBook.close());
beforeEach(() => noteBook.reset());

const businessId = newId();
const context = RequestContext.job('test.read', businessId);
const LOCK = 4_712;
const SETTINGS = `
  SELECT current_setting('app.business_ids', true) AS tenants, current_setting('app.scope', true) AS scope,
         current_setting('statement_timeout') AS patience, current_setting('transaction_read_only') AS "isReadOnly"`;

it('gives the rows for its parameters', async () => {
  expect(await database.read(context, 'SELECT $1::int + 1 AS next', [41])).toEqual([{ next: 42 }]);
});

it('sees the tenant of its context alone, and leaves no setting behind', async () => {
  expect(await database.read(context, SETTINGS, [])).toEqual([
    { tenants: `{${businessId}}`, scope: 'tenant', patience: '6s', isReadOnly: 'on' },
  ]);
  const { rows } = await database.statement(context, SETTINGS, []);
  expect(rows).toEqual([expect.objectContaining({ tenants: '', isReadOnly: 'off' })]);
});

it('joins the transaction that it is called in', async () => {
  await database.transaction(context, async (tx) => {
    await noteBook.write(tx, 1);
    expect(await database.read(tx, 'SELECT id FROM transaction_notes', [])).toEqual([{ id: 1 }]);
  });
});

it('fails with the error of its statement, and the next one finds the connection in order', async () => {
  await expect(database.read(context, 'SELECT 1 / $1::int', [0])).rejects.toThrow(
    'division by zero',
  );
  await expect(
    database.read(context, 'DELETE FROM transaction_notes WHERE id = $1', [1]),
  ).rejects.toThrow('takes no writes');
  expect(await database.read(context, 'SELECT 1 AS one', [])).toEqual([{ one: 1 }]);
  expect(await noteBook.ids()).toEqual([]);
});

it('sends several together, which see the same moment', async () => {
  const counting = { parameters: [], of: (rows: readonly unknown[]) => rows.length };
  const notes = { ...counting, sql: 'SELECT id FROM transaction_notes' };
  const waiting = { ...counting, sql: `SELECT pg_advisory_xact_lock(${LOCK})` };
  let reading: Promise<number[]> | undefined;
  await holdingLocks(noteBook.testDatabase, waiting.sql, [], async (untilWaited) => {
    reading = database.readTogether(context, [notes, waiting, notes]);
    await untilWaited();
    await database.transaction(context, (tx) => noteBook.write(tx, 1));
  });
  expect(await reading).toEqual([0, 1, 0]);
  expect(await noteBook.ids()).toEqual([1]);
});

it('of several, one that fails fails all, and the connection is in order', async () => {
  const one = { sql: 'SELECT 1 AS one', parameters: [], of: (rows: readonly unknown[]) => rows };
  const bad = { ...one, sql: 'SELECT 1 / $1::int', parameters: [0] };
  await expect(database.readTogether(context, [one, bad, one])).rejects.toThrow('division by zero');
  expect(await database.readTogether(context, [one, one])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
});

describe('equal reads at the same time', () => {
  const MOMENT = 'SELECT clock_timestamp()::text AS at';
  const readMoment = async (of: RequestContext): Promise<string> =>
    (await database.read<{ at: string }>(of, MOMENT, []))[0]!.at;
  const distinct = async (moments: Promise<string>[]) => new Set(await Promise.all(moments)).size;

  it('are two: the first, and one for all who asked meanwhile', async () => {
    const contexts = Array.from({ length: 20 }, () => RequestContext.job('test.read', businessId));
    expect(await distinct(contexts.map(readMoment))).toBe(2);
  });

  it('are each their own for other tenants, parameters and shares of the connections', async () => {
    const job = (tenant: string) => RequestContext.job('test.read', tenant);
    const sdk = job(businessId).with({ actor: { ...context.actor, kind: 'sdk' } });
    const others = [job(businessId), job(newId()), job(newId()), sdk];
    expect(await distinct(others.map(readMoment))).toBe(4);
    const answers = [1, 2].map((number) => database.read(context, 'SELECT $1::int AS a', [number]));
    expect(await Promise.all(answers)).toEqual([[{ a: 1 }], [{ a: 2 }]]);
  });

  it('see what was committed before they were asked for', async () => {
    const waiting = `SELECT pg_advisory_xact_lock(${LOCK})`;
    const counting = `SELECT count(*)::int AS notes FROM transaction_notes`;
    const readings = [waiting, counting].map((sql) => ({
      ...{ sql, parameters: [] },
      of: ([row]: readonly unknown[]) => (row as { notes?: number }).notes,
    }));
    const count = () => database.readTogether(context, readings).then(([, notes]) => notes);
    const before: Promise<unknown>[] = [];
    const after: Promise<unknown>[] = [];
    await holdingLocks(noteBook.testDatabase, waiting, [], async (untilWaited) => {
      before.push(count());
      await untilWaited();
      await database.transaction(context, (tx) => noteBook.write(tx, 1));
      after.push(count(), count());
    });
    expect(await Promise.all(before)).toEqual([0]);
    expect(await Promise.all(after)).toEqual([1, 1]);
  });

  it('are refused while the request holds a connection, as others are', async () => {
    const request = RequestContext.job('test.read', businessId).with({
      connection: { isHeld: true },
    });
    const first = readMoment(context);
    await expect(readMoment(request)).rejects.toThrow('a second connection');
    await first;
  });
});

it('many at once each get their own rows', async () => {
  const numbers = Array.from({ length: 200 }, (_, number) => number);
  const read = (number: number) =>
    number % 10 === 0
      ? database.read(context, 'SELECT 1 / 0', []).catch(() => [{ number }])
      : database.read(context, 'SELECT $1::int AS number', [number]);
  expect((await Promise.all(numbers.map(read))).flat()).toEqual(
    numbers.map((number) => ({ number })),
  );
});
