import { setImmediate as nextTurn } from 'node:timers/promises';
import { RequestContext } from '../../../src/common/request-context';
import { NoteBook } from '../../support/notes';

/* What is running when the server stops, on a real PostgreSQL; nothing is mocked. */

const context = RequestContext.job('test.database_end');

let noteBook: NoteBook;

beforeEach(async () => {
  noteBook = await NoteBook.open();
});
afterEach(() => noteBook.close());

/** Something to wait for, and the word that ends the wait. */
function held(): { until: Promise<void>; letGo: () => void } {
  let letGo: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (letGo = resolve));
  return { until, letGo };
}

describe('draining', () => {
  it('waits for the transactions that run, and for those that wait for a connection', async () => {
    const { database } = noteBook;
    const { until, letGo } = held();
    const many = Array.from({ length: 30 }, (_, id) =>
      database.transaction(context, async (tx) => {
        await until;
        await noteBook.write(tx, id);
      }),
    );
    let isDrained = false;
    const drained = database.drain().then(() => (isDrained = true));
    await nextTurn();
    expect(isDrained).toBe(false);
    letGo();
    await Promise.all([...many, drained]);
    expect(await noteBook.ids()).toHaveLength(30);
  });

  it('lets nothing new begin', async () => {
    const { database } = noteBook;
    await database.drain();
    await expect(database.statement(context, 'SELECT 1', [])).rejects.toThrow('is unavailable');
    await expect(database.transaction(context, () => Promise.resolve())).rejects.toMatchObject({
      code: 'database_unavailable',
    });
  });
});
