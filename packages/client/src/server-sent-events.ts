import { ConnectionError } from './errors.ts';

/** Three heartbeats of the server. */
const SILENT_FOR_MS = 45_000;

/** One message of a stream of server-sent events. */
export interface Message {
  /** Empty: none yet. */
  id: string;
  /** Empty: it only says that the connection lives, or how far it is. */
  event: string;
  data: string;
}

/**
 * Messages as they come.
 * @param silentForMs the longest time without anything, a heartbeat too; a connection that is silent for longer is dead
 * @throws ConnectionError, also after the silence
 */
export async function* readMessages(
  body: ReadableStream<Uint8Array>,
  silentForMs = SILENT_FOR_MS,
): AsyncGenerator<Message> {
  const reader = body.getReader(); // not every browser iterates over a body
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await within(silentForMs, reader.read());
      if (done) return;
      const parts = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = parts.pop()!;
      for (const part of parts) yield parse(part);
    }
  } finally {
    reader.cancel().catch(() => undefined); // it has failed already
  }
}

function parse(part: string): Message {
  const message: Message = { id: '', event: '', data: '' };
  for (const line of part.split(/\r?\n/)) {
    const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === 'id' || name === 'event') message[name] = value;
    if (name === 'data') message.data += message.data === '' ? value : `\n${value}`;
  }
  return message;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing came for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, silence]);
  } catch (cause) {
    throw new ConnectionError(cause);
  } finally {
    clearTimeout(timer);
  }
}
