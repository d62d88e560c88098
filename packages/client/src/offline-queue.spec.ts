import { ConnectionError, ProblemError } from './errors.ts';
import { OfflineQueue, type QueueEvent, type QueueOptions } from './offline-queue.ts';
import { memoryStorage, webStorage, type QueueItem } from './queue-storage.ts';
import { DONE, type Verdict } from './queue-verdict.ts';

type Body = { feature: string };

/** What was sent, and what is answered: one verdict for all, or what is thrown. */
class Counterpart {
  readonly batches: { ids: string[]; keepalive: boolean }[] = [];
  readonly events: QueueEvent<Body>[] = [];
  answer: (items: readonly QueueItem<Body>[]) => Verdict[] = (items) => items.map(() => DONE);

  queue(options: Partial<QueueOptions<Body>> = {}): OfflineQueue<Body> {
    return new OfflineQueue<Body>({
      send: (items, { keepalive }) => {
        this.batches.push({ ids: items.map(({ id }) => id), keepalive });
        return Promise.resolve(items).then((sent) => this.answer(sent));
      },
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }
}

const problem = (status: number, code: string, members: object = {}): ProblemError =>
  new ProblemError({ type: '', title: '', detail: code, instance: '', status, code, ...members });

let other: Counterpart;
const now = Date.parse('2026-11-29T10:00:00Z');
beforeEach(() => {
  jest.useFakeTimers({ now });
  other = new Counterpart();
});
afterEach(() => jest.useRealTimers());

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('items', () => {
  it('go together after a second, in order', async () => {
    const queue = other.queue();
    const ids = [queue.add({ feature: 'a' }), queue.add({ feature: 'b' })];
    await pass(999);
    expect(other.batches).toEqual([]);
    ids.push(queue.add({ feature: 'c' })); // does not put the others off
    await pass(1);
    expect(other.batches).toEqual([{ ids, keepalive: false }]);
    expect(queue.size).toBe(0);
  });

  it('go at once when there are fifty', async () => {
    const queue = other.queue();
    for (let count = 0; count < 120; count += 1) queue.add({ feature: 'a' });
    await pass(0);
    expect(other.batches.map(({ ids }) => ids.length)).toEqual([50, 50, 20]);
  });

  it('over the capacity are dropped, and said so', () => {
    const queue = other.queue({ capacity: 1 });
    queue.add({ feature: 'a' }, 'kept');
    queue.add({ feature: 'a' }, 'lost');
    expect(other.events).toEqual([
      { kind: 'dropped', item: { id: 'lost', body: { feature: 'a' } } },
    ]);
  });
});

describe('a lost connection', () => {
  it('is tried again after 0.5, 1, 2 seconds, with the same ids', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    other.answer = () => {
      throw new ConnectionError(null);
    };
    const queue = other.queue();
    queue.add({ feature: 'a' }, 'one');
    await pass(1_000);
    for (const ms of [500, 1_000, 2_000]) {
      const before = other.batches.length;
      await pass(ms - 1);
      expect(other.batches).toHaveLength(before);
      await pass(1);
      expect(other.batches).toHaveLength(before + 1);
    }
    other.answer = (items) => items.map(() => DONE);
    await queue.resume();
    expect(other.batches.every(({ ids }) => ids.join() === 'one')).toBe(true);
    expect(other.kinds()).toEqual([...Array.from({ length: 4 }, () => 'failed'), 'sent']);
    jest.restoreAllMocks();
  });

  it('waits as long as Retry-After says', async () => {
    other.answer = () => {
      throw new ProblemError(problem(503, 'overloaded').details, 7);
    };
    const queue = other.queue();
    queue.add({ feature: 'a' });
    await pass(1_000 + 6_999);
    expect(other.batches).toHaveLength(1);
    await pass(1);
    expect(other.batches).toHaveLength(2);
    await queue.close();
  });
});

describe('a used up quota', () => {
  const resetsAt = new Date(now + 40 * 86_400_000).toISOString(); // longer than a timer can wait
  const refuse = (feature: string) => (items: readonly QueueItem<Body>[]) =>
    items.map(({ body }): Verdict => {
      const error = problem(402, 'quota_exceeded', { resetsAt });
      return body.feature === feature ? { kind: 'stop', error, until: new Date(resetsAt) } : DONE;
    });

  it('stops until it resets, and says so once', async () => {
    other.answer = refuse('a');
    const queue = other.queue();
    queue.add({ feature: 'a' }, 'one');
    queue.add({ feature: 'a' }, 'two');
    await pass(1_000);
    expect(other.events).toMatchObject([{ kind: 'stopped', until: new Date(resetsAt) }]);
    await pass(Date.parse(resetsAt) - Date.now() - 1);
    expect(other.batches).toHaveLength(1);
    other.answer = (items) => items.map(() => DONE);
    await pass(1);
    expect(other.kinds()).toEqual(['stopped', 'resumed', 'sent']);
    expect(other.batches[1]!.ids).toEqual(['one', 'two']);
  });

  it('of one lane leaves the others alone', async () => {
    other.answer = refuse('a');
    const queue = other.queue({ laneOf: ({ feature }) => feature });
    queue.add({ feature: 'a' }, 'one');
    queue.add({ feature: 'b' }, 'two');
    await pass(1_000);
    queue.add({ feature: 'b' }, 'three');
    queue.add({ feature: 'a' }, 'four');
    await pass(1_000);
    expect(other.batches.map(({ ids }) => ids)).toEqual([['one', 'two'], ['three']]);
    expect(queue.size).toBe(2);
  });

  it('is asked for again at once after an upgrade', async () => {
    other.answer = refuse('a');
    const queue = other.queue();
    queue.add({ feature: 'a' });
    await pass(1_000);
    other.answer = (items) => items.map(() => DONE);
    await queue.resume();
    expect(queue.size).toBe(0);
  });

  it('without an end is asked for again in an hour', async () => {
    other.answer = () => {
      throw problem(403, 'business_deactivated');
    };
    const queue = other.queue();
    queue.add({ feature: 'a' });
    await pass(1_000 + 3_599_999);
    expect(other.batches).toHaveLength(1);
    expect(other.events).toMatchObject([{ kind: 'stopped', until: null }]);
    await pass(1);
    expect(other.batches).toHaveLength(2);
  });
});

it('a revoked key stops the queue, which says so once and goes on with a new key within half a minute', async () => {
  other.answer = () => {
    throw problem(401, 'unauthenticated');
  };
  const queue = other.queue();
  queue.add({ feature: 'a' }, 'one');
  await pass(1_000 + 3 * 30_000);
  expect(other.batches).toHaveLength(4);
  expect(other.events).toMatchObject([{ kind: 'stopped', until: null, error: { status: 401 } }]);
  other.answer = (items) => items.map(() => DONE);
  await pass(30_000);
  expect(other.kinds()).toEqual(['stopped', 'resumed', 'sent']);
  expect(queue.size).toBe(0);
});

describe('a bad item', () => {
  const bad = problem(422, 'validation_failed');

  it('leaves the queue, and holds up no other', async () => {
    other.answer = (items) =>
      items.map(({ id }) => (id === 'bad' ? { kind: 'refused', error: bad } : DONE));
    const queue = other.queue();
    ['good', 'bad'].forEach((id) => queue.add({ feature: 'a' }, id));
    await pass(1_000);
    expect(other.kinds()).toEqual(['sent', 'refused']);
    expect(queue.size).toBe(0);
  });

  it('for which a whole batch is refused is found by sending them one by one', async () => {
    other.answer = (items) => {
      if (items.some(({ id }) => id === 'bad')) throw bad;
      return items.map(() => DONE);
    };
    const queue = other.queue();
    ['first', 'bad', 'third', 'fourth'].forEach((id) => queue.add({ feature: 'a' }, id));
    await pass(1_000);
    expect(queue.size).toBe(0);
    expect(other.events.filter(({ kind }) => kind === 'refused')).toMatchObject([
      { item: { id: 'bad' } },
    ]);
  });

  it('without a verdict is sent again later, not at once for ever', async () => {
    other.answer = () => [];
    const queue = other.queue();
    queue.add({ feature: 'a' });
    await pass(1_000);
    expect(other.batches).toHaveLength(1);
    expect(other.kinds()).toEqual(['failed']);
    await queue.close();
  });
});

describe('what is stored', () => {
  it('is sent by the next queue, under the ids that it had', async () => {
    const storage = memoryStorage<Body>();
    other.answer = () => {
      throw new ConnectionError(null);
    };
    const first = other.queue({ storage });
    first.add({ feature: 'a' }, 'one');
    await first.close();
    other.answer = (items) => items.map(() => DONE);
    const second = other.queue({ storage });
    second.add({ feature: 'b' }, 'two');
    await pass(1_000);
    expect(other.batches.at(-1)!.ids).toEqual(['one', 'two']);
    expect(storage.load()).toEqual([]);
  });

  it('in localStorage is an entry an item, beside those of others', () => {
    const entries = new Map<string, string>([['theme', 'dark']]);
    const storage = webStorage<Body>({
      get length() {
        return entries.size;
      },
      key: (index) => [...entries.keys()][index] ?? null,
      getItem: (key) => entries.get(key) ?? null,
      setItem: (key, value) => void entries.set(key, value),
      removeItem: (key) => void entries.delete(key),
    });
    const [one, two] = ['1', '2'].map((id) => ({ id, body: { feature: 'a' } }));
    void storage.add(two!);
    void storage.add(one!);
    expect(storage.load()).toEqual([one, two]);
    void storage.remove(['1']);
    expect(storage.load()).toEqual([two]);
    expect(entries.get('theme')).toBe('dark');
  });

  it('nowhere, since the storage fails, is sent all the same', async () => {
    const failing = () => Promise.reject(new Error('QuotaExceededError'));
    const storage = { load: failing, add: failing, remove: failing };
    const queue = other.queue({ storage });
    queue.add({ feature: 'a' });
    await pass(1_000);
    expect(queue.size).toBe(0);
    expect(other.kinds()).toEqual([...Array.from({ length: 3 }, () => 'storage_failed'), 'sent']);
    await queue.close();
  });
});

describe('a page', () => {
  const listeners = new Map<string, () => void>();
  const listen = (name: string, listener: () => void) => listeners.set(name, listener);
  const page = {
    visibilityState: 'hidden',
    addEventListener: listen,
    removeEventListener: jest.fn(),
  };
  beforeEach(() => Object.assign(globalThis, { document: page, addEventListener: listen }));
  afterEach(() => {
    Object.assign(globalThis, { document: undefined, addEventListener: undefined });
  });

  it('that is hidden sends what a browser still takes, with keepalive', async () => {
    const queue = other.queue();
    for (let count = 0; count < 40; count += 1) queue.add({ feature: 'x'.repeat(1_000) });
    listeners.get('visibilitychange')!();
    await pass(0);
    const [last, afterwards] = other.batches; // the second, if the page was only hidden
    expect([last!.keepalive, afterwards!.keepalive]).toEqual([true, false]);
    expect(last!.ids.length).toBeLessThan(20);
    expect(last!.ids.length + afterwards!.ids.length).toBe(40);
    expect(queue.size).toBe(0);
  });

  it('whose network is back does not wait any longer', async () => {
    other.answer = () => {
      throw new ProblemError(problem(503, 'overloaded').details, 600);
    };
    const queue = other.queue();
    queue.add({ feature: 'a' });
    await pass(1_000);
    other.answer = (items) => items.map(() => DONE);
    listeners.get('online')!();
    await pass(0);
    expect(queue.size).toBe(0);
  });
});
