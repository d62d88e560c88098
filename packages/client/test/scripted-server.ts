import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** One answer of the script; `cut` ends the connection without one. */
export type Scripted =
  | 'cut'
  | { status?: number; headers?: Record<string, string>; body?: object | string };

/** Answers requests in the order of its script, the last one for ever, and keeps what it received. */
export class ScriptedServer {
  readonly received: Received[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private script: Scripted[],
  ) {}

  static async start(): Promise<ScriptedServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const scripted = new ScriptedServer(server, `http://127.0.0.1:${port}`, []);
    server.on('request', (request, response) => {
      void readAll(request).then((body) => {
        const { method = '', url = '', headers } = request;
        scripted.received.push({ method, url, headers, body });
        const next = scripted.next();
        if (next === 'cut') return request.socket.destroy();
        const { status = 200, headers: own = {}, body: answer } = next;
        const type = status >= 400 ? 'application/problem+json' : 'application/json';
        response.writeHead(status, { 'content-type': type, ...own });
        response.end(typeof answer === 'object' ? JSON.stringify(answer) : answer);
      });
    });
    return scripted;
  }

  answers(...script: Scripted[]): void {
    this.script = script;
    this.received.length = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private next(): Scripted {
    const [next = 'cut'] = this.script;
    if (this.script.length > 1) this.script.shift();
    return next;
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** A problem document of a code. */
export function problem(status: number, code: string, members: object = {}): Scripted {
  const document = { type: `http://api.test/problems/${code}`, title: code, status, code };
  return { status, body: { ...document, detail: code, instance: 'urn:request:1', ...members } };
}
