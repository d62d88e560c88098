import type { EventResponse } from '../../src/modules/events/dto/event';
import type { TestApplication } from './test-application';
import { until } from './until';

export interface StreamMessage {
  id: number;
  event: string;
  data: EventResponse;
}

/** A client of GET /v1/stream by fetch, which keeps what it has received. */
export class OpenStream {
  readonly messages: StreamMessage[] = [];
  hasEnded = false;
  private readonly abort = new AbortController();

  private constructor(readonly response: Response) {}

  static async open(
    { url }: Pick<TestApplication, 'url'>,
    token: string,
    lastEventId?: number | string,
    query = '',
  ): Promise<OpenStream> {
    const abort = new AbortController();
    const response = await fetch(`${url}/v1/stream${query}`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
      },
      signal: abort.signal,
    });
    const stream = new OpenStream(response);
    Object.assign(stream, { abort });
    if (response.status === 200) void stream.read();
    return stream;
  }

  get ids(): number[] {
    return this.messages.map(({ id }) => id);
  }

  get types(): string[] {
    return this.messages.map(({ event }) => event);
  }

  received(count: number): Promise<void> {
    return until(`${count} events have come`, () => Promise.resolve(this.messages.length >= count));
  }

  ended(): Promise<void> {
    return until('the stream has ended', () => Promise.resolve(this.hasEnded));
  }

  close(): void {
    this.abort.abort();
  }

  private async read(): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.response.body! as AsyncIterable<Uint8Array>) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
        rest = parts.pop()!;
        for (const part of parts) this.keep(part);
      }
    } catch {
      // cut: by close(), or with its server
    }
    this.hasEnded = true;
  }

  private keep(part: string): void {
    const lines = part.split('\n').map((line) => /^(\w*): (.*)$/.exec(line)!);
    const fields = new Map(lines.map(([, name, value]) => [name, value]));
    const { id, event, data } = Object.fromEntries(fields) as Record<string, string>;
    if (!event) return; // a heartbeat, or the pause before the next try
    this.messages.push({ id: Number(id), event, data: JSON.parse(data!) as EventResponse });
  }
}
