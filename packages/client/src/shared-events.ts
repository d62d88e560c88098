import type { Tenantry } from './client.ts';
import type { EventsOptions, EventsReset } from './event-stream.ts';
import type { LogEvent } from './generated/events.ts';
import { SharedLog, type Word } from './shared-log.ts';

type Item = LogEvent | EventsReset;

export interface SharedEventsOptions extends Pick<EventsOptions, 'types' | 'signal'> {
  /** The same in all tabs that share: name the person and the business, whose events these are. */
  name: string;
  /** Once, when this tab will miss nothing any more: what was read before may be old. */
  onBegin?: (() => void) | undefined;
}

/**
 * `Tenantry.events` from now on, over one connection for all tabs of a browser: a Web Lock says which tab has the stream,
 * a BroadcastChannel gives the others what it brings. When that tab closes, another goes on after the last event: none is
 * missing in any tab, and none comes twice. Where a browser has neither, or the page is not secure, each tab has a stream
 * of its own.
 * @throws as `Tenantry.events`
 */
export async function* sharedEvents(
  tenantry: Tenantry,
  { name, types, signal, onBegin }: SharedEventsOptions,
): AsyncGenerator<Item> {
  const stop = new AbortController();
  const ended = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const items = new ReadableStream<Item>({
    start: (controller) => share(tenantry, `tenantry-events ${name}`, ended, controller, onBegin),
  });
  const reader = items.getReader(); // not every browser iterates over a stream
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value.type === 'reset' || !types || types.includes(value.type)) yield value;
    }
  } finally {
    stop.abort();
  }
}

/** Writes to the controller, until the signal or an error of the stream ends it. */
function share(
  tenantry: Tenantry,
  name: string,
  signal: AbortSignal,
  controller: ReadableStreamDefaultController<Item>,
  onBegin: () => void = () => undefined,
): void {
  const show = (item: Item): void => controller.enqueue(item);
  const locks = typeof BroadcastChannel === 'function' ? findLocks() : undefined;
  const work = locks
    ? takeTurns(locks, tenantry, name, signal, show, onBegin)
    : readAlone(tenantry, signal, show, onBegin);
  work.catch((error: unknown) => controller.error(error));
}

/** What this needs of `navigator.locks`; not every runtime has it. */
interface Locks {
  request(name: string, options: { signal: AbortSignal }, work: () => Promise<void>): Promise<void>;
}

function findLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

async function readAlone(
  tenantry: Tenantry,
  signal: AbortSignal,
  show: (item: Item) => void,
  onBegin: () => void,
): Promise<void> {
  let hasBegun = false;
  const onOpen = (): void => {
    if (!hasBegun) onBegin();
    hasBegun = true;
  };
  for await (const item of tenantry.events({ signal, onOpen })) show(item);
}

async function takeTurns(
  locks: Locks,
  tenantry: Tenantry,
  name: string,
  signal: AbortSignal,
  show: (item: Item) => void,
  onBegin: () => void,
): Promise<void> {
  const channel = new BroadcastChannel(name);
  const log = new SharedLog((word) => channel.postMessage(word), show, onBegin);
  channel.onmessage = (event) => log.receive((event as { data: Word }).data);
  log.ask();
  try {
    await locks.request(name, { signal }, () => lead(tenantry, log, signal));
  } finally {
    channel.close();
  }
}

async function lead(tenantry: Tenantry, log: SharedLog, signal: AbortSignal): Promise<void> {
  log.lead();
  const after = log.after ?? undefined;
  const onOpen = (sequence: number): void => log.opened(sequence);
  for await (const item of tenantry.events({ after, signal, onOpen })) log.pass(item);
}
