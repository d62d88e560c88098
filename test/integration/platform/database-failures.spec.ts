import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { DomainError } from '../../../src/common/problem';
import { RequestContext } from '../../../src/common/request-context';
import type { Database } from '../../../src/platform/database/database';
import type { Transaction } from '../../../src/platform/database/transaction';
import { atPort, withConnection } from '../../support/connection';
import { backendOf, NoteBook } from '../../support/notes';
import { openPool, type Pool } from '../../support/pool';
import { clusterUrl } from '../../support/test-cluster';
import { createTestDatabase } from '../../support/test-database';
import { Gate, makeMeetingPoint, until } from '../../support/until';

/* What becomes of a transaction that PostgreSQL gives up, and of the pool when PostgreSQL fails; nothing is mocked. */

const context = RequestContext.job('test.database');

let noteBook: NoteBook;
let database: Database;

beforeAll(async () => {
  noteBook = await NoteBook.open();
  ({ database } = noteBook);
});
afterAll(() => noteBook.close());
beforeEach(() => noteBook.reset());

/** The problem that a promise is refused with. */
async function refusalOf(work: Promise<unknown>): Promise<DomainError> {
  const error: unknown = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof DomainError)) throw error;
  return error;
}

describe('a transaction that the database gives up', () => {
  /** Adds a mark to two notes, in this order; between them it meets the others, the first time. */
  function marksBoth(order: [number, number], meet: () => Promise<void>, tries: string[]) {
    return database.transaction(context, async (tx) => {
      tries.push(order.join());
      const [first, second] = order;
      await noteBook.mark(tx, first);
      await meet();
      await noteBook.mark(tx, second);
    });
  }

  it('for a deadlock is run again: both succeed in the end', async () => {
    await noteBook.reset(1, 2);
    const tries: string[] = [];
    const meet = makeMeetingPoint(2);
    await Promise.all([marksBoth([1, 2], meet, tries), marksBoth([2, 1], meet, tries)]);
    expect(await noteBook.read()).toEqual({ 1: '++', 2: '++' });
    expect(tries).toHaveLength(3);
  });

  describe('for a serialization failure', () => {
    let repeatable: Pool;
    beforeAll(async () => {
      const url = new URL(noteBook.testDatabase.url);
      url.searchParams.set('options', '-c default_transaction_isolation=repeatable\\ read');
      repeatable = await openPool(url.toString(), []);
    });
    afterAll(() => repeatable.close());

    /** A note that another transaction changes after this one has begun: PostgreSQL answers 40001. */
    async function change(tx: Transaction, mark: string): Promise<void> {
      await noteBook.markElsewhere(1, mark);
      await noteBook.mark(tx, 1);
    }

    it('is run again, in a fresh transaction', async () => {
      await noteBook.reset(1);
      const transactions: string[] = [];
      await repeatable.database.transaction(context, async (tx) => {
        const [row] = await tx.query<{ id: string }>('SELECT pg_current_xact_id() AS id');
        transactions.push(row!.id);
        if (transactions.length < 3) return change(tx, String(transactions.length));
        await noteBook.mark(tx, 1);
      });
      expect(new Set(transactions).size).toBe(3);
      expect(await noteBook.read()).toEqual({ 1: '12+' });
    });

    it('is given up after five tries, as 503 overloaded', async () => {
      await noteBook.reset(1);
      let tries = 0;
      const refused = await refusalOf(
        repeatable.database.transaction(context, (tx) => change(tx, String((tries += 1)))),
      );
      expect(refused).toMatchObject({ code: 'overloaded', headers: { 'Retry-After': '2' } });
      expect(await noteBook.read()).toEqual({ 1: '12345' });
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
  it('in the middle of a transaction: 503, and the pool keeps working', async () => {
    const refused = await refusalOf(
      database.transaction(context, async (tx) => {
        await noteBook.write(tx, 1);
        await noteBook.testDatabase.query('SELECT pg_terminate_backend($1)', [await backendOf(tx)]);
        await noteBook.write(tx, 2);
      }),
    );
    expect(refused).toMatchObject({
      code: 'database_unavailable',
      headers: { 'Retry-After': '2' },
    });
    expect(await noteBook.ids()).toEqual([]);
    const rounds = Array.from({ length: 20 }, (_, id) => id + 10);
    await Promise.all(
      rounds.map((id) => database.transaction(context, (tx) => noteBook.write(tx, id))),
    );
    expect(await noteBook.ids()).toEqual(rounds);
  });

  it('to give a connection in time: 503, while others go on', async () => {
    const single = await openPool(noteBook.testDatabase.url, [], { databasePoolSize: 1 });
    const gate = new Gate();
    try {
      const holder = single.database.transaction(context, async (tx) => {
        await gate.opened;
        return noteBook.write(tx, 1);
      });
      const refused = await refusalOf(single.database.transaction(context, backendOf));
      expect(refused.code).toBe('database_unavailable');
      gate.open();
      expect(await holder).toBe(1);
      expect(await single.database.transaction(context, (tx) => noteBook.write(tx, 2))).toBe(1);
    } finally {
      await single.close();
    }
  });

  it('before the COMMIT: 503, and nothing is passed off as done', async () => {
    const refused = await refusalOf(
      database.transaction(context, async (tx) => {
        await noteBook.write(tx, 1);
        await noteBook.testDatabase.query('SELECT pg_terminate_backend($1, 5000)', [
          await backendOf(tx),
        ]);
      }),
    );
    expect(refused.code).toBe('database_unavailable');
    expect(await noteBook.ids()).toEqual([]);
  });

  it('to end a statement in time: 503', async () => {
    const hasty = await openPool(noteBook.testDatabase.url, [], { statementTimeoutMs: 50 });
    try {
      const refused = await refusalOf(
        hasty.database.transaction(context, (tx) => tx.query('SELECT pg_sleep(30)')),
      );
      expect(refused.code).toBe('database_unavailable');
    } finally {
      await hasty.close();
    }
  });

  it('because it was dropped: 503, once and again', async () => {
    const dropped = await createTestDatabase();
    const pool = await openPool(dropped.url);
    try {
      await pool.database.transaction(context, backendOf);
      await dropped.drop();
      for (let count = 0; count < 3; count += 1) {
        const refused = await refusalOf(pool.database.transaction(context, backendOf));
        expect(refused.code).toBe('database_unavailable');
      }
    } finally {
      await pool.close();
    }
  });

  it('because it takes no connections any more: 503, and well again after it may', async () => {
    const closed = await createTestDatabase();
    const name = new URL(closed.url).pathname.slice(1);
    const onCluster = (sql: string) =>
      withConnection(clusterUrl(), {}, (client) => client.query(sql));
    const pool = await openPool(closed.url);
    try {
      await pool.database.transaction(context, backendOf);
      await onCluster(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await onCluster(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
      const first = await refusalOf(pool.database.transaction(context, backendOf));
      const second = await refusalOf(pool.database.transaction(context, backendOf));
      expect([first.code, second.code]).toEqual(['database_unavailable', 'database_unavailable']);
      expect(String(second.cause)).toContain('not currently accepting connections');
      await onCluster(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      expect(await pool.database.transaction(context, backendOf)).toEqual(expect.any(Number));
    } finally {
      await pool.close();
      await closed.drop();
    }
  });

  it('right after it has accepted a connection: 503, and the process stays', async () => {
    const held = await HeldConnections.before(noteBook.testDatabase.url);
    const pool = await openPool(held.url);
    try {
      held.holdNext();
      const work = [1, 2].map((id) =>
        pool.database.transaction(context, (tx) => noteBook.write(tx, id)),
      );
      const outcomes = Promise.allSettled(work);
      await until('PostgreSQL has let it in', () => held.isHolding);
      await noteBook.testDatabase.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE application_name = 'tenantry' AND datname = current_database() ORDER BY backend_start DESC LIMIT 1`,
      );
      const codes = (await outcomes).map((each) =>
        each.status === 'rejected' ? (each.reason as DomainError).code : 'done',
      );
      expect(codes.sort()).toEqual(['database_unavailable', 'done']);
    } finally {
      await pool.close();
      await held.stop();
    }
  });
});

/** "Ready for query", the last message of a connecting. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** Before the database; keeps back the end of one connecting, and gives it together with all that follows. */
class HeldConnections {
  private mode: 'pass' | 'hold next' | 'holding' = 'pass';

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async before(databaseUrl: string): Promise<HeldConnections> {
    const target = new URL(databaseUrl);
    const server = createServer((near) => held.carry(near, target));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const held = new HeldConnections(server, atPort(databaseUrl, port));
    return held;
  }

  get isHolding(): boolean {
    return this.mode === 'holding';
  }

  holdNext(): void {
    this.mode = 'hold next';
  }

  async stop(): Promise<void> {
    await once(this.server.close(), 'close');
  }

  private carry(near: Socket, { hostname, port }: URL): void {
    const far = connect(Number(port), hostname);
    const kept: Buffer[] = [];
    const isNext = this.mode === 'hold next';
    far.on('data', (bytes) => {
      if (isNext && bytes.includes(READY)) this.mode = 'holding';
      else if (kept.length === 0) return void near.write(bytes);
      kept.push(bytes);
    });
    far.on('end', () => near.end(Buffer.concat(kept)));
    near.on('data', (bytes) => far.write(bytes));
    near.on('end', () => far.end());
    for (const socket of [near, far]) socket.on('error', () => undefined);
  }
}
