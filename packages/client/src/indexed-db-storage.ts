import type { QueueItem, QueueStorage } from './queue-storage.ts';

const STORE = 'items';

/** As much of IndexedDB as is needed: pages and workers have it, Node does not. */
interface Events {
  readonly error: Error | null;
  addEventListener(name: string, listener: () => void): void;
}
interface Reply<T> extends Events {
  readonly result: T;
}
interface Store {
  put(item: object): Reply<unknown>;
  delete(id: string): Reply<unknown>;
  getAll(): Reply<unknown[]>;
}
interface Transaction extends Events {
  objectStore(name: string): Store;
}
interface Database {
  createObjectStore(name: string, options: { keyPath: string }): Store;
  transaction(store: string, mode: 'readonly' | 'readwrite'): Transaction;
}
interface Databases {
  open(name: string, version: number): Reply<Database>;
}

/**
 * In IndexedDB, which holds far more than `localStorage`, and which workers have too. Tabs of an origin share it. In the
 * order of the ids, which is that in which they were made.
 */
export function indexedDbStorage<Body>(name = 'tenantry.queue'): QueueStorage<Body> {
  let opened: Promise<Database> | null = null;
  const transact = async <T>(
    mode: 'readonly' | 'readwrite',
    work: (store: Store) => T,
  ): Promise<T> => {
    opened ??= open(name);
    const database = await opened.catch((error: unknown) => {
      opened = null; // tried again with the next item
      throw error;
    });
    const transaction = database.transaction(STORE, mode);
    const given = work(transaction.objectStore(STORE));
    await settled(transaction, 'complete');
    return given;
  };
  return {
    load: async () => {
      const reply = await transact('readonly', (store) => store.getAll());
      return reply.result as QueueItem<Body>[];
    },
    add: async (item) => void (await transact('readwrite', (store) => store.put(item))),
    remove: (ids) => transact('readwrite', (store) => ids.forEach((id) => store.delete(id))),
  };
}

async function open(name: string): Promise<Database> {
  const { indexedDB } = globalThis as { indexedDB?: Databases };
  if (!indexedDB) throw new Error('there is no IndexedDB here');
  const request = indexedDB.open(name, 1);
  request.addEventListener('upgradeneeded', () =>
    request.result.createObjectStore(STORE, { keyPath: 'id' }),
  );
  await settled(request, 'success');
  return request.result;
}

function settled(of: Events, success: string): Promise<void> {
  return new Promise((resolve, reject) => {
    of.addEventListener(success, resolve);
    for (const failure of ['error', 'abort'])
      of.addEventListener(failure, () => reject(of.error ?? new Error('IndexedDB gave up')));
  });
}
