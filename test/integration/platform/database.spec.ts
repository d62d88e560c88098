import { newId } from '../../../src/common/ids';
import { RequestContext } from '../../../src/common/request-context';
import type { Database } from '../../../src/platform/database/database';
import type { Transaction } from '../../../src/platform/database/transaction';
import { backendOf, Note, NoteBook } from '../../support/notes';
import { openPool } from '../../support/pool';
import { statementsOf } from '../../support/statement-counter';

/* Transactions, their settings and their scope, on a real PostgreSQL; nothing is mocked. */

const context = RequestContext.job('test.database');
const SETTINGS = ['app.business_ids', 'app.scope', 'app.actor', 'app.action', 'app.request_id'];

let noteBook: NoteBook;
let database: Database;

beforeAll(async () => {
  noteBook = await NoteBook.open();
  ({ database } = noteBook);
});
afterAll(() => noteBook.close());
beforeEach(() => noteBook.reset());

function write(tx: Transaction, id: number): Promise<number> {
  return noteBook.write(tx, id);
}

async function settingOf(tx: Transaction, name: string): Promise<string | null> {
  const [row] = await tx.query<{ value: string | null }>(
    'SELECT current_setting($1, true) AS value',
    [name],
  );
  return row!.value;
}

describe('transaction', () => {
  it('commits when the work is done and gives its result', async () => {
    expect(
      await database.transaction(context, async (tx) => {
        await write(tx, 1);
        return 'done';
      }),
    ).toBe('done');
    expect(await noteBook.ids()).toEqual([1]);
  });

  it('rolls back when the work throws, and throws the same error', async () => {
    const failure = new Error('no');
    const work = database.transaction(context, async (tx) => {
      await write(tx, 1);
      throw failure;
    });
    await expect(work).rejects.toBe(failure);
    expect(await noteBook.ids()).toEqual([]);
  });

  it('takes its time from the database, in whole milliseconds, and keeps it', async () => {
    const [before, during] = await database.transaction(context, async (tx) => {
      const [row] = await tx.query<{ now: Date }>(
        `SELECT date_trunc('milliseconds', now()) AS now`,
      );
      return [tx.now, row!.now];
    });
    expect(before).toEqual(during);
  });

  describe('inside another', () => {
    it('joins it: same connection, same transaction', async () => {
      const identity = (tx: Transaction) =>
        tx.query('SELECT pg_backend_pid() AS pid, pg_current_xact_id() AS id');
      await database.transaction(context, async (outer) => {
        expect(await database.transaction(outer, identity)).toEqual(await identity(outer));
      });
    });

    it('begins and commits once', async () => {
      const { all } = await statementsOf(() =>
        database.transaction(context, async (outer) => {
          await database.transaction(outer, (inner) => write(inner, 1));
          await write(outer, 2);
        }),
      );
      expect(all.filter((text) => text.startsWith('BEGIN'))).toHaveLength(1);
      expect(all.filter((text) => text.endsWith('COMMIT'))).toHaveLength(1);
      expect(await noteBook.ids()).toEqual([1, 2]);
    });

    it('is undone with it', async () => {
      const work = database.transaction(context, async (outer) => {
        await database.transaction(outer, (inner) => write(inner, 1));
        throw new Error('afterwards');
      });
      await expect(work).rejects.toThrow('afterwards');
      expect(await noteBook.ids()).toEqual([]);
    });
  });

  it("TypeORM's save() neither commits nor begins: a rollback takes its rows along", async () => {
    const save = database.transaction.bind(database, context, async (tx: Transaction) => {
      await tx.repository(Note).save({ id: 1, text: 'one' });
      await tx.repository(Note).save([
        { id: 2, text: 'two' },
        { id: 3, text: 'three' },
      ]);
      await tx.repository(Note).save({ id: 1, text: 'one, changed' });
      expect(await tx.repository(Note).count()).toBe(3);
      throw new Error('after save');
    });
    const { all } = await statementsOf(() => expect(save()).rejects.toThrow('after save'));
    expect(await noteBook.ids()).toEqual([]);
    expect(all.filter((text) => /^(BEGIN|START|COMMIT)/.test(text))).toHaveLength(1);
  });

  it('keeps what save() wrote when the transaction commits', async () => {
    await database.transaction(context, (tx) => tx.repository(Note).save({ id: 1, text: 'one' }));
    expect(await noteBook.ids()).toEqual([1]);
  });

  it('cannot be used after its end', async () => {
    const kept: Transaction[] = [];
    await database.transaction(context, async (tx) => {
      kept.push(tx, tx.with({ action: 'test.other' }));
      await database.platform(tx, 'to keep it', (elevated) => {
        kept.push(elevated);
        return Promise.resolve();
      });
    });
    for (const tx of kept) {
      await expect(tx.query('SELECT 1')).rejects.toThrow('the transaction has ended');
      await expect(tx.execute('SELECT 1')).rejects.toThrow('the transaction has ended');
      expect(() => tx.repository(Note)).toThrow('the transaction has ended');
      await expect(database.transaction(tx, (again) => write(again, 1))).rejects.toThrow(
        'the transaction has ended',
      );
    }
    expect(kept).toHaveLength(3);
  });

  it('refuses to pass the COMMIT of a failed transaction off as done', async () => {
    const work = database.transaction(context, async (tx) => {
      await write(tx, 1);
      await tx.query('SELECT 1/0').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('current transaction is aborted');
    expect(await noteBook.ids()).toEqual([]);
    expect(await database.transaction(context, (tx) => write(tx, 2))).toBe(1);
  });
});

describe('the settings of a transaction', () => {
  const asked = new RequestContext({
    action: `it's.quoted`,
    requestId: 'request-1',
    businessId: newId(),
    ip: '192.0.2.1',
    actor: { kind: 'person', id: newId(), email: `o'hara\\@example.com` },
    onBehalfOf: newId(),
    supportSessionId: newId(),
  });

  it('are made in the round trip of BEGIN', async () => {
    await database.transaction(context, backendOf); // the pool has a connection from here on
    const { all } = await statementsOf(() =>
      database.transaction(asked, (tx) => tx.query('SELECT 1 AS work')),
    );
    expect(all).toHaveLength(3);
    expect(all[0]).toMatch(/^BEGIN; SET LOCAL app\.business_ids = '\{[0-9a-f-]{36}\}'; SET LOCAL /);
    expect(all.slice(1)).toEqual(['SELECT 1 AS work', expect.stringMatching(/; COMMIT$/)]);
  });

  it('say who asks for what, in whose name and which business', async () => {
    await database.transaction(asked, async (tx) => {
      expect(await settingOf(tx, 'app.business_ids')).toBe(`{${asked.businessId}}`);
      expect(await settingOf(tx, 'app.scope')).toBe('tenant');
      expect(JSON.parse((await settingOf(tx, 'app.actor'))!)).toEqual(asked.actor);
      expect(await settingOf(tx, 'app.action')).toBe(asked.action);
      expect(await settingOf(tx, 'app.ip')).toBe('192.0.2.1');
      expect(await settingOf(tx, 'app.request_id')).toBe('request-1');
      expect(await settingOf(tx, 'app.on_behalf_of')).toBe(asked.onBehalfOf);
      expect(await settingOf(tx, 'app.support_session')).toBe(asked.supportSessionId);
    });
  });

  it.each([
    `'; SET LOCAL app.scope = 'platform'; --`,
    `\\'; SET LOCAL app.scope = 'platform'; --`,
    `$$ E'\\' \n \u2028 ' || 'x' /* */ ''`,
  ])('hold %j as it is, and nothing of it is run', async (hostile) => {
    const actor = { kind: 'person', id: newId(), email: hostile } as const;
    const sent = asked.with({ actor, ip: hostile, requestId: hostile });
    await database.transaction(sent, async (tx) => {
      expect(await settingOf(tx, 'app.scope')).toBe('tenant');
      expect(await settingOf(tx, 'app.ip')).toBe(hostile);
      expect(await settingOf(tx, 'app.request_id')).toBe(hostile);
      expect(JSON.parse((await settingOf(tx, 'app.actor'))!)).toEqual(actor);
      await tx.setLocal('app.reason', hostile);
      expect(await settingOf(tx, 'app.reason')).toBe(hostile);
    });
  });

  it.each([
    ['a NUL', asked.with({ ip: '\0' }), 'holds a NUL'],
    ['a business that is no id', asked.with({ businessId: '{},{}' }), 'is no id'],
  ])('refuse %s, and nothing is sent', async (_, faulty, message) => {
    const { all } = await statementsOf(async () => {
      await expect(database.transaction(faulty, backendOf)).rejects.toThrow(message);
    });
    expect(all).toEqual([]);
  });

  it.each([
    ['a commit', () => Promise.resolve()],
    ['a rollback', () => Promise.reject(new Error('undo'))],
  ])('are gone after %s, for the next user of the connection', async (_, end) => {
    const single = await openPool(noteBook.testDatabase.url, [], { databasePoolSize: 1 });
    try {
      const used: number[] = [];
      await single.database
        .transaction(asked, async (tx) => {
          used.push(await backendOf(tx));
          return end();
        })
        .catch(() => undefined);
      const [left] = await single.dataSource.query<{ pid: number; values: string[] }[]>(
        `SELECT pg_backend_pid() AS pid,
                ARRAY(SELECT coalesce(current_setting(name, true), '') FROM unnest($1::text[]) AS name) AS values`,
        [[...SETTINGS, 'statement_timeout']],
      );
      expect(left).toEqual({ pid: used[0], values: [...SETTINGS.map(() => ''), '0'] });
    } finally {
      await single.close();
    }
  });
});

describe('tenant and platform scope', () => {
  const tenants = [newId(), newId()] as const;
  const inFirst = context.with({ businessId: tenants[0] });

  beforeAll(async () => {
    await noteBook.testDatabase.query(
      `INSERT INTO businesses SELECT id, 'Name', 'active', true, now() FROM unnest($1::uuid[]) AS id`,
      [[...tenants]],
    );
  });

  async function seenBy(tx: Transaction): Promise<string[]> {
    const rows = await tx.query<{ id: string }>('SELECT id FROM businesses ORDER BY id');
    return rows.map(({ id }) => id);
  }

  it('a transaction sees its own tenant; without one, none', async () => {
    expect(await database.transaction(inFirst, seenBy)).toEqual([tenants[0]]);
    expect(await database.transaction(context, seenBy)).toEqual([]);
  });

  it('platform() sees all', async () => {
    expect(await database.platform(context, 'a test', seenBy)).toEqual([...tenants]);
  });

  it.each(['', 'ä', 'x'.repeat(54), 'a\nb'])(
    'platform() does not take %j for a reason',
    async (reason) => {
      await expect(database.platform(context, reason, seenBy)).rejects.toThrow('not a reason');
    },
  );

  // One transaction sees the same pg_stat_activity until it ends, or until this is called.
  const FORGET = 'SELECT pg_stat_clear_snapshot()';
  const SHOWN =
    'SELECT application_name AS name FROM pg_stat_activity WHERE pid = pg_backend_pid()';
  async function shownBy(tx: Transaction): Promise<string> {
    await tx.query(FORGET);
    const [row] = await tx.query<{ name: string }>(SHOWN);
    return row!.name;
  }

  it('the reason of platform() is in pg_stat_activity while it runs', async () => {
    const usual = await database.transaction(context, shownBy);
    const reason = 'x'.repeat(53);
    expect(await database.platform(context, reason, shownBy)).toBe(`platform: ${reason}`);
    await database.transaction(inFirst, async (tx) => {
      expect(await database.platform(tx, 'a look', shownBy)).toBe('platform: a look');
      expect(await shownBy(tx)).toBe(usual);
    });
    expect(await database.transaction(context, shownBy)).toBe(usual);
  });

  it('platform() inside a tenant transaction elevates it, and afterwards it is the tenant’s again', async () => {
    await database.transaction(inFirst, async (tx) => {
      const backend = await backendOf(tx);
      await database.platform(tx, 'a test', async (elevated) => {
        expect(elevated.scope).toBe('platform');
        expect(await backendOf(elevated)).toBe(backend);
        expect(await seenBy(elevated)).toEqual([...tenants]);
      });
      expect(tx.scope).toBe('tenant');
      expect(await seenBy(tx)).toEqual([tenants[0]]);
    });
  });

  it('is the tenant’s again also when the elevated work threw and the error was caught', async () => {
    await database.transaction(inFirst, async (tx) => {
      const refused = database.platform(tx, 'a test', () => Promise.reject(new Error('no')));
      await expect(refused).rejects.toThrow('no');
      expect(await seenBy(tx)).toEqual([tenants[0]]);
    });
  });

  it('platform() inside platform() stays where it is', async () => {
    await database.platform(context, 'a test', async (tx) => {
      await database.platform(tx, 'again', seenBy);
      expect(await seenBy(tx)).toEqual([...tenants]);
    });
  });

  it('with() names another business in platform scope only', async () => {
    await database.transaction(inFirst, (tx) => {
      expect(() => tx.with({ businessId: tenants[1] })).toThrow('belongs to another business');
      expect(() => tx.with({ businessId: null })).toThrow('belongs to another business');
      expect(tx.with({ businessId: tenants[0], action: 'test.other' }).action).toBe('test.other');
      return Promise.resolve();
    });
    await database.platform(inFirst, 'a test', (tx) => {
      expect(tx.with({ businessId: tenants[1] }).businessId).toBe(tenants[1]);
      return Promise.resolve();
    });
  });
});
