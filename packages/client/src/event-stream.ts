import type { Refusal } from './errors.ts';
import { isRefusal } from './errors.ts';
import type { LogEvent } from './generated/events.ts';
import type { EventType } from './generated/schemas.ts';
import { computeDelayMs, wait } from './retry.ts';
import { readMessages } from './server-sent-events.ts';

export interface EventsOptions {
  /** The sequence of the last event that you have; 0: all that the log has. Without it: from now on. */
  after?: number | undefined;
  /** Others are left out. */
  types?: readonly EventType[];
  signal?: AbortSignal | undefined;
  /** Each time the stream is open: the sequence that it goes on after. */
  onOpen?: ((sequence: number) => void) | undefined;
}

/** The log does not go back to the last event: read the state again, events go on after this sequence. */
export interface EventsReset {
  type: 'reset';
  sequence: number;
}

/** Opens the stream after a sequence. @throws a Refusal, or the reason of the signal */
export type OpenStream = (
  lastEventId: string | undefined,
  signal: AbortSignal | undefined,
) => Promise<ReadableStream<Uint8Array>>;

/** What the next try may pass. All others, as 401 and 403, end the iteration. */
const PASSING = [408, 429];

/** Events as they happen, through lost connections: none missing, none twice. @throws as `Tenantry.events` */
export async function* follow(
  open: OpenStream,
  { after, types, signal, onOpen }: EventsOptions,
): AsyncGenerator<LogEvent | EventsReset> {
  let lastEventId = after?.toString();
  for (let failures = 0; ; failures += 1) {
    let cause: Refusal | null = null;
    try {
      for await (const { id, event, data } of readMessages(await open(lastEventId, signal))) {
        const item = event === '' ? null : toItem(event, data);
        if (id !== '') lastEventId = id;
        if (id !== '' && !item) onOpen?.(Number(id));
        if (id === '' || item) failures = 0; // an opening alone does not prove that the connection holds
        if (item && (item.type === 'reset' || !types || types.includes(item.type))) yield item;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!isRefusal(error) || !isPassing(error)) throw error;
      cause = error;
    }
    await wait(delayOf(cause, failures), signal);
  }
}

function toItem(event: string, data: string): LogEvent | EventsReset {
  const item = JSON.parse(data) as LogEvent | { sequence: number };
  return event === 'reset' ? { type: 'reset', sequence: item.sequence } : (item as LogEvent);
}

function isPassing(error: Refusal): boolean {
  return !('status' in error) || error.status >= 500 || PASSING.includes(error.status);
}

function delayOf(cause: Refusal | null, failures: number): number {
  const retryAfterSeconds = cause && 'retryAfterSeconds' in cause ? cause.retryAfterSeconds : null;
  return computeDelayMs({ retryAfterSeconds }, failures);
}
