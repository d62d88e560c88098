import { RequestContext } from '../../../src/common/request-context';
import { NoteBook } from '../../support/notes';

/* A request holds one connection at a time, on a real PostgreSQL; with two of them each, requests wait for each other. */

const REFUSAL = 'a second connection while the request holds one';

let noteBook: NoteBook;
beforeAll(async () => {
  noteBook = await NoteBook.open();
});
afterAll(() => noteBook.close());

function aRequest(): RequestContext {
  return new RequestContext({ action: 'test.one_connection', connection: { isHeld: false } });
}

describe('inside a transaction', () => {
  const second: Record<string, (outer: RequestContext, tx: RequestContext) => Promise<unknown>> = {
    'a statement by itself': (_, tx) => noteBook.database.statement(tx, 'SELECT 1', []),
    'a statement of the request around it': (outer) =>
      noteBook.database.statement(outer, 'SELECT 1', []),
    'a transaction of the request around it': (outer) =>
      noteBook.database.transaction(outer, () => Promise.resolve()),
    'a transaction of a context that was made of it': (outer) =>
      noteBook.database.platform(outer.with({ action: 'test.other' }), 'a test', () =>
        Promise.resolve(),
      ),
  };
  it.each(Object.keys(second))('%s is refused, and nothing is stored', async (name) => {
    const outer = aRequest();
    const work = noteBook.database.transaction(outer, async (tx) => {
      await noteBook.write(tx, 1);
      await second[name]!(outer, tx);
    });
    await expect(work).rejects.toThrow(REFUSAL);
    expect(await noteBook.ids()).toEqual([]);
  });

  it('another transaction joins it', async () => {
    const joined = noteBook.database.transaction(aRequest(), (tx) =>
      noteBook.database.platform(tx, 'a test', (inner) => inner.query('SELECT 1 AS one')),
    );
    expect(await joined).toEqual([{ one: 1 }]);
  });
});

it('two transactions of one request at once are refused', async () => {
  const request = aRequest();
  const ends = await Promise.allSettled([
    noteBook.database.transaction(request, (tx) => tx.query('SELECT 1')),
    noteBook.database.transaction(request, (tx) => tx.query('SELECT 1')),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

it('one after the other is as it should be, also after one that failed', async () => {
  const request = aRequest();
  const failing = noteBook.database.transaction(request, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  await noteBook.database.transaction(request, (tx) => tx.query('SELECT 1'));
  const { rows } = await noteBook.database.statement(request, 'SELECT 1 AS one', []);
  expect(rows).toEqual([{ one: 1 }]);
});
