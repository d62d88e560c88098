/** What waits to be sent. Plain JSON. */
export interface QueueItem<Body> {
  /** Made with the item: the server counts it once, however often it is sent. */
  readonly id: string;
  readonly body: Body;
}

type Awaitable<T> = T | Promise<T>;

/** Keeps what is not sent yet, in the order in which it came. */
export interface QueueStorage<Body> {
  load(): Awaitable<readonly QueueItem<Body>[]>;
  add(item: QueueItem<Body>): Awaitable<void>;
  remove(ids: readonly string[]): Awaitable<void>;
}

/** Until the page or the process ends. */
export function memoryStorage<Body>(): QueueStorage<Body> {
  const kept = new Map<string, QueueItem<Body>>();
  return {
    load: () => [...kept.values()],
    add: (item) => void kept.set(item.id, item),
    remove: (ids) => ids.forEach((id) => kept.delete(id)),
  };
}

/** As much of `localStorage` as is needed. */
export interface WebStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** In `localStorage`, one entry an item, so that tabs do not overwrite each other. Browsers keep some 5 MB. */
export function webStorage<Body>(
  storage: WebStorage,
  prefix = 'tenantry.queue.',
): QueueStorage<Body> {
  const keys = (): string[] =>
    Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
      .filter((key) => key.startsWith(prefix))
      .sort();
  const read = (key: string): QueueItem<Body>[] => {
    const text = storage.getItem(key);
    return text === null ? [] : [JSON.parse(text) as QueueItem<Body>];
  };
  return {
    load: () => keys().flatMap(read),
    add: (item) => storage.setItem(prefix + item.id, JSON.stringify(item)),
    remove: (ids) => ids.forEach((id) => storage.removeItem(prefix + id)),
  };
}
