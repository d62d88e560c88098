import { problem, ScriptedServer, type Scripted } from '../test/scripted-server.ts';
import { Tenantry } from './client.ts';
import { ConnectionError, UnexpectedAnswerError } from './errors.ts';
import type { EventsOptions } from './event-stream.ts';
import { BusinessDeactivatedError, UnauthenticatedError } from './generated/problems.ts';
import { sharedEvents } from './shared-events.ts';
import { readMessages } from './server-sent-events.ts';

let server: ScriptedServer;
let client: Tenantry;
beforeAll(async () => {
  server = await ScriptedServer.start();
  client = new Tenantry({ baseUrl: server.url, token: 'tns_1' });
});
afterAll(() => server.stop());

const over = problem(401, 'unauthenticated');
const busy = { ...(problem(429, 'too_many_streams') as object), headers: { 'retry-after': '0' } };

/** An answer that opens after a sequence, shows these events and ends. */
function stream(after: number, ...shown: string[]): Scripted {
  const headers = { 'content-type': 'text/event-stream; charset=utf-8' };
  return { headers, body: `retry: 1000\nid: ${after}\n\n${shown.join('')}` };
}

function event(sequence: number, type = 'business.updated'): string {
  return `id: ${sequence}\nevent: ${type}\ndata: ${JSON.stringify({ sequence, type })}\n\n`;
}

/** @returns what came, and the error that ended it */
async function readAll(options?: EventsOptions): Promise<[seen: unknown[], error: unknown]> {
  const seen: unknown[] = [];
  try {
    for await (const item of client.events(options)) seen.push([item.sequence, item.type]);
    return [seen, null];
  } catch (error) {
    return [seen, error];
  }
}

const lastEventIds = () => server.received.map(({ headers }) => headers['last-event-id']);

describe('events', () => {
  it('go on after the last one when the stream ends, is cut or is refused for a while', async () => {
    server.answers(
      ...[stream(4, event(5), event(6)), 'cut' as const, problem(503, 'overloaded'), busy],
      ...[stream(6, event(7)), over],
    );
    const [seen, error] = await readAll({ after: 4 });
    expect(seen.map((each) => (each as [number])[0])).toEqual([5, 6, 7]);
    expect(lastEventIds()).toEqual(['4', '6', '6', '6', '6', '7']);
    expect(server.received[0]).toMatchObject({
      url: '/v1/stream',
      headers: { accept: 'text/event-stream', authorization: 'Bearer tns_1' },
    });
    expect(error).toBeInstanceOf(UnauthenticatedError);
  });

  it('begin again where the first stream began, if it is cut before an event', async () => {
    server.answers(stream(41), over);
    await readAll();
    expect(lastEventIds()).toEqual([undefined, '41']);
  });

  it('say where each stream goes on', async () => {
    server.answers(stream(4, event(5)), 'cut', stream(5), over);
    const opened: number[] = [];
    await readAll({ after: 4, onOpen: (sequence) => opened.push(sequence) });
    expect(opened).toEqual([4, 5]);
  });

  it('are of the types asked for; a reset is told all the same', async () => {
    const reset = 'id: 9\nevent: reset\ndata: {"sequence":9}\n\n';
    server.answers(stream(9, reset, event(10), event(11, 'member.left')), over);
    const [seen] = await readAll({ after: 1, types: ['member.left'] });
    expect(seen).toEqual([
      [9, 'reset'],
      [11, 'member.left'],
    ]);
    expect(lastEventIds()).toEqual(['1', '11']);
  });

  it.each([
    [problem(403, 'business_deactivated'), BusinessDeactivatedError],
    [{ headers: { 'content-type': 'text/html' }, body: '<p>Log in' }, UnexpectedAnswerError],
  ] as const)('end with what time does not mend', async (answer, kind) => {
    server.answers(answer);
    const [, error] = await readAll();
    expect(error).toBeInstanceOf(kind);
    expect(server.received).toHaveLength(1);
  });

  it('end with the reason of the signal, also while they wait', async () => {
    server.answers(stream(1, event(2)), { ...busy, headers: { 'retry-after': '3600' } });
    const abort = new AbortController();
    const reason = new Error('the page is left');
    const reading = readAll({ signal: abort.signal });
    while (server.received.length < 2) await new Promise(setImmediate);
    abort.abort(reason);
    expect(await reading).toEqual([[[2, 'business.updated']], reason]);
  });

  it('end when the loop is left', async () => {
    server.answers(stream(1, event(2), event(3)));
    for await (const { sequence } of client.events()) {
      expect(sequence).toBe(2);
      break;
    }
    expect(server.received).toHaveLength(1);
  });
});

describe('shared events, where there are no Web Locks', () => {
  it('come over a stream of their own', async () => {
    server.answers(stream(4, event(5), event(6, 'member.left')), stream(6, event(7)), over);
    const seen: number[] = [];
    const onBegin = () => seen.push(0);
    const read = async () => {
      const types = ['business.updated'] as const;
      for await (const { sequence } of sharedEvents(client, { name: 'one', types, onBegin }))
        seen.push(sequence);
    };
    await expect(read()).rejects.toBeInstanceOf(UnauthenticatedError);
    expect(seen).toEqual([0, 5, 7]);
  });

  it('end with the signal', async () => {
    server.answers(stream(4, event(5)), { ...busy, headers: { 'retry-after': '3600' } });
    const abort = new AbortController();
    const reason = new Error('the page is left');
    const read = async () => {
      for await (const each of sharedEvents(client, { name: 'one', signal: abort.signal }))
        if (each.sequence === 5) abort.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
  });
});

describe('messages', () => {
  const bodyOf = (...chunks: Uint8Array[]) =>
    new ReadableStream<Uint8Array>({
      start: (controller) => chunks.forEach((chunk) => controller.enqueue(chunk)),
    });

  it('are whole however their bytes are cut', async () => {
    const bytes = new TextEncoder().encode(
      ': heartbeat\n\nid: 1\r\nevent: é\r\ndata: a\ndata: b\n\n',
    );
    const messages = [];
    for await (const message of readMessages(
      bodyOf(...[...bytes].map((byte) => Uint8Array.of(byte))),
    )) {
      messages.push(message);
      if (messages.length === 2) break;
    }
    expect(messages).toEqual([
      { id: '', event: '', data: '' },
      { id: '1', event: 'é', data: 'a\nb' },
    ]);
  });

  it('of a connection that is silent for too long end with an error', async () => {
    await expect(readMessages(bodyOf(), 1).next()).rejects.toBeInstanceOf(ConnectionError);
  });
});
