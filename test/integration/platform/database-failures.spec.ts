import { DomainError } from '../../../src/common/problem';
/* HEADER */
describe('a transaction that the database gives up', () => {
  /** Adds a mark to two notes, in this order; between them it meets the others, the first time. */
  function marksBoth(order: [number, number], meet: () => Promise<void>, tries: string[]) {
    return database.transaction(context, async (tx) => {
      tries.push(order.join());
      const [first, second] = order;
      await tx.execute(`UPDATE transaction_notes SET text = text || '+' WHERE id = $1`, [first]);
      await meet();
      await tx.execute(`UPDATE transaction_notes SET text = text || '+' WHERE id = $1`, [second]);
    });
  }

  it('for a deadlock is run again: both succeed in the end', async () => {
    await testDatabase.query(`INSERT INTO transaction_notes VALUES (1, ''), (2, '')`);
    const tries: string[] = [];
    const meet = makeMeetingPoint(2);
    await Promise.all([marksBoth([1, 2], meet, tries), marksBoth([2, 1], meet, tries)]);
    expect(await testDatabase.query('SELECT id, text FROM transaction_notes ORDER BY id')).toEqual([
      { id: 1, text: '++' },
      { id: 2, text: '++' },
    ]);
    expect(tries).toHaveLength(3);
  });

  describe('for a serialization failure', () => {
    let repeatable: Pool;
    beforeAll(async () => {
      const url = new URL(testDatabase.url);
      url.searchParams.set('options', '-c default_transaction_isolation=repeatable\\ read');
      repeatable = await openPool(url.toString(), [Note]);
    });
    afterAll(() => repeatable.close());

    /** A note that somebody else changes after this transaction has begun: PostgreSQL answers 40001. */
    async function change(tx: Transaction, mark: string): Promise<void> {
      await testDatabase.query(`UPDATE transaction_notes SET text = text || $1 WHERE id = 1`, [
        mark,
      ]);
      await tx.execute(`UPDATE transaction_notes SET text = text || '+' WHERE id = 1`);
    }

    it('is run again, in a fresh transaction', async () => {
      await testDatabase.query(`INSERT INTO transaction_notes VALUES (1, '')`);
      const backends: string[] = [];
      await repeatable.database.transaction(context, async (tx) => {
        const [row] = await tx.query<{ id: string }>('SELECT pg_current_xact_id() AS id');
        backends.push(row!.id);
        if (backends.length < 3) return change(tx, String(backends.length));
        await tx.execute(`UPDATE transaction_notes SET text = text || '+' WHERE id = 1`);
      });
      expect(new Set(backends).size).toBe(3);
      expect(await testDatabase.query('SELECT text FROM transaction_notes')).toEqual([
        { text: '12+' },
      ]);
    });

    it('is given up after five tries, as 503 overloaded', async () => {
      await testDatabase.query(`INSERT INTO transaction_notes VALUES (1, '')`);
      let tries = 0;
      const refused = await refusalOf(
        repeatable.database.transaction(context, (tx) => change(tx, String((tries += 1)))),
      );
      expect(refused).toMatchObject({ code: 'overloaded', headers: { 'Retry-After': '2' } });
      expect(await testDatabase.query('SELECT text FROM transaction_notes')).toEqual([
        { text: '12345' },
      ]);
    });
  });

  it('for anything else is not run again', async () => {
    let tries = 0;
    const work = database.transaction(context, async (tx) => {
      tries += 1;
      await tx.query('SELECT 1/0');
    });
    await expect(work).rejects.toThrow('division by zero');
    expect(tries).toBe(1);
  });
});

describe('a database that fails', () => {
  it('in the middle of a transaction: 503, and the pool goes on', async () => {
    const refused = await refusalOf(
      database.transaction(context, async (tx) => {
        await write(tx, 1);
        await testDatabase.query('SELECT pg_terminate_backend($1)', [await backendOf(tx)]);
        await write(tx, 2);
      }),
    );
    expect(refused).toMatchObject({
      code: 'database_unavailable',
      headers: { 'Retry-After': '2' },
    });
    expect(await notes()).toEqual([]);
    const rounds = Array.from({ length: 20 }, (_, id) => id + 10);
    await Promise.all(rounds.map((id) => database.transaction(context, (tx) => write(tx, id))));
    expect(await notes()).toEqual(rounds);
  });

  it('to give a connection in time: 503, while others go on', async () => {
    const single = await openPool(testDatabase.url, [], { databasePoolSize: 1 });
    const gate = new Gate();
    try {
      const holder = single.database.transaction(context, async (tx) => {
        await gate.opened;
        return write(tx, 1);
      });
      const refused = await refusalOf(single.database.transaction(context, backendOf));
      expect(refused.code).toBe('database_unavailable');
      gate.open();
      expect(await holder).toBe(1);
      expect(await single.database.transaction(context, (tx) => write(tx, 2))).toBe(1);
    } finally {
      await single.close();
    }
  });

  it('before the COMMIT: 503, and nothing is passed off as done', async () => {
    const refused = await refusalOf(
      database.transaction(context, async (tx) => {
        await write(tx, 1);
        await testDatabase.query('SELECT pg_terminate_backend($1, 5000)', [await backendOf(tx)]);
      }),
    );
    expect(refused.code).toBe('database_unavailable');
    expect(await notes()).toEqual([]);
  });

  it('to end a statement in time: 503', async () => {
    const hasty = await openPool(testDatabase.url, [], { statementTimeoutMs: 50 });
    try {
      const refused = await refusalOf(
        hasty.database.transaction(context, (tx) => tx.query('SELECT pg_sleep(30)')),
      );
      expect(refused.code).toBe('database_unavailable');
    } finally {
      await hasty.close();
    }
  });
});
