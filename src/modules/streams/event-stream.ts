import { Readable } from 'node:stream';
import { monotonicMs } from '../../common/clock';
import { toEventResponse } from '../events/dto/event';
import type { StoredEvent } from '../events/events.service';

/** Below the minute after which proxies cut a silent connection. */
export const HEARTBEAT_MS = 15_000;
/** Of events that the client does not read. Then the stream ends, and the client goes on from its last event. */
const MOST_UNREAD_BYTES = 256 * 1024;

/** Whose stream it is, and what of the log it shows. */
export interface Subscriber {
  businessId: string;
  /** The session, or the support session. */
  credentialId: string;
  isSupport: boolean;
  /** A role that changes ends the stream: the next one shows what the new role may read. */
  role: string | null;
  /** The person, or the member of the support seat. */
  holder: string;
  types: ReadonlySet<string>;
}

/** One open answer in the format of server-sent events. */
export class EventStream {
  readonly output = new Readable({ read: () => undefined });
  private wroteAtMs = monotonicMs();

  /**
   * @param cursor the last sequence that the client has
   * @param until ends there; null: never
   * @param isReset the log does not go back to where the client was: it has to read the state, and goes on from here
   */
  constructor(
    readonly subscriber: Subscriber,
    private cursor: number,
    private readonly until: number | null,
    isReset: boolean,
  ) {
    this.write(`retry: 1000\nid: ${cursor}\n\n`); // a client that is cut before the first event begins here again
    if (isReset) this.write(`id: ${cursor}\nevent: reset\ndata: {"sequence":${cursor}}\n\n`);
    this.endIfDone();
  }

  get after(): number {
    return this.cursor;
  }

  /** @param after the sequence that the events were read after; those of a stream that is further back are no use */
  take(events: readonly StoredEvent[], after: number): void {
    if (this.cursor < after) return;
    for (const event of events) if (event.sequence > this.cursor) this.show(event);
    this.endIfDone();
  }

  keepAlive(): void {
    if (monotonicMs() - this.wroteAtMs >= HEARTBEAT_MS) this.write(': heartbeat\n\n');
  }

  /** In order: the client reads what was written, and then the end. */
  end(): void {
    if (!this.output.destroyed && !this.output.readableEnded) this.output.push(null);
  }

  private show(event: StoredEvent): void {
    this.cursor = event.sequence;
    if (!this.subscriber.types.has(event.type)) return;
    const data = JSON.stringify(toEventResponse(event));
    this.write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${data}\n\n`);
  }

  private write(text: string): void {
    if (this.output.destroyed) return;
    this.wroteAtMs = monotonicMs();
    this.output.push(text);
    if (this.output.readableLength > MOST_UNREAD_BYTES) this.output.destroy();
  }

  private endIfDone(): void {
    if (this.until !== null && this.cursor >= this.until) this.end();
  }
}
