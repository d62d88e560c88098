import { connect, type Socket } from 'node:net';
import type { Answer } from './problems';

export interface RawRequest {
  method?: string;
  path: string;
  /** As they stand, in this order, repetitions too. */
  headers?: [name: string, value: string][];
  /** Its Content-Length is added, unless `headers` say how long it is. */
  body?: string | Buffer;
}

const SILENCE_LIMIT_MS = 10_000;

/** Sends a request exactly as written: HTTP libraries tidy up paths, headers and bodies. */
export function sendRaw(url: string, request: RawRequest): Promise<Answer> {
  return sendBytes(url, toBytes(request));
}

/** Sends bytes that need not be HTTP, and reads the answer until the server closes the connection. */
export function sendBytes(url: string, bytes: Buffer | string): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.setTimeout(SILENCE_LIMIT_MS, () =>
      failWith(socket, 'the server neither spoke nor closed'),
    );
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', (error) => chunks.length === 0 && reject(error)); // an answer may come before a reset
    socket.on('close', () => resolve(toAnswer(Buffer.concat(chunks))));
  });
}

function failWith(socket: Socket, message: string): void {
  socket.destroy(new Error(message));
}

function toBytes({ method = 'GET', path, headers = [], body }: RawRequest): Buffer {
  const length = body === undefined || namesLength(headers) ? [] : [lengthOf(body)];
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...[['host', 'localhost'], ['connection', 'close'], ...headers, ...length].map(
      ([name, value]) => `${name}: ${value}`,
    ),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'); // header bytes, not characters
  return Buffer.concat([head, Buffer.from(body ?? '')]);
}

function namesLength(headers: [string, string][]): boolean {
  return headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
}

function lengthOf(body: string | Buffer): [string, string] {
  return ['content-length', String(Buffer.byteLength(body))];
}

function toAnswer(bytes: Buffer): Answer {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers,
    text: end < 0 ? '' : text.slice(end + 4),
  };
}
