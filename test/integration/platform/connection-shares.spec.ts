import { newId } from '../../../src/common/ids';
import { RequestContext, type Actor } from '../../../src/common/request-context';
import { NoteBook } from '../../support/notes';

/* How much of the pool one business holds, on a real PostgreSQL. */

const SHARE = 2;
const MAXIMUM_WAITING = 100;
const [NOISY, QUIET] = [newId(), newId()];

let noteBook: NoteBook;
beforeAll(async () => {
  noteBook = await NoteBook.open({ databasePoolSize: 8, databasePoolShare: SHARE });
});
afterAll(() => noteBook.close());

function aRequest(businessId: string, kind: Actor['kind'] = 'sdk'): RequestContext {
  const actor = { kind, id: newId(), email: null };
  return new RequestContext({ action: 'test.shares', businessId, actor });
}

/** Transactions that go on until they are told to end. */
class Holders {
  begun = 0;
  end: () => void = () => undefined;
  private readonly ended = new Promise<void>((end) => (this.end = end));

  hold(context: RequestContext): Promise<void> {
    return noteBook.database.transaction(context, async () => {
      this.begun += 1;
      await this.ended;
    });
  }
}

function ask(context: RequestContext): Promise<{ one: number }[]> {
  return noteBook.database.transaction(context, (tx) =>
    tx.query<{ one: number }>('SELECT 1 AS one'),
  );
}

describe.each(['sdk', 'service', 'person'] as const)('of the kind %s', (kind) => {
  it('others are served while a business holds all of its share; its next ones wait in line', async () => {
    const holders = new Holders();
    const held = Array.from({ length: 20 }, () => holders.hold(aRequest(NOISY, kind)));
    for (let count = 0; count < 20; count += 1)
      expect(await ask(aRequest(QUIET))).toEqual([{ one: 1 }]);
    expect(holders.begun).toBe(SHARE);
    holders.end();
    await Promise.all(held);
    expect(holders.begun).toBe(20);
  });
});

it.each(['person', 'service', 'job', 'staff'] as const)(
  'what its API keys hold keeps no %s waiting',
  async (kind) => {
    const holders = new Holders();
    const held = Array.from({ length: 5 }, () => holders.hold(aRequest(NOISY)));
    expect(await ask(aRequest(NOISY, kind))).toEqual([{ one: 1 }]);
    holders.end();
    await Promise.all(held);
  },
);

it('behind a full line it is 429 with Retry-After, and nothing was done', async () => {
  const holders = new Holders();
  const held = Array.from({ length: SHARE + MAXIMUM_WAITING }, () => holders.hold(aRequest(NOISY)));
  const refusal = { code: 'too_many_at_once', headers: { 'Retry-After': '1' } };
  await expect(ask(aRequest(NOISY))).rejects.toMatchObject(refusal);
  expect(await ask(aRequest(QUIET))).toEqual([{ one: 1 }]);
  holders.end();
  await Promise.all(held);
  expect(await ask(aRequest(NOISY))).toEqual([{ one: 1 }]);
});

it('a transaction within one takes no second place in line', async () => {
  const nested = Array.from({ length: 10 }, () =>
    noteBook.database.transaction(aRequest(NOISY), (tx) =>
      noteBook.database.platform(tx, 'a test', (inner) => inner.query('SELECT 1 AS one')),
    ),
  );
  expect(await Promise.all(nested)).toHaveLength(10);
});
