import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Stands before the local Stripe: each call waits at the door until `before` has let it in. */
export class StripeGate {
  /** Where calls are passed on to. */
  target = '';
  before: (path: string) => Promise<void> = () => Promise.resolve();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.pass(request, response).catch(() => response.destroy());
    });
  }

  static async open(): Promise<StripeGate> {
    const door = new StripeGate();
    door.server.listen(0, '127.0.0.1');
    await once(door.server, 'listening');
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '/', headers } = request;
    await this.before(`${method} ${url.split('?')[0]}`);
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = parts.length > 0 ? Buffer.concat(parts) : undefined;
    const answer = await fetch(`${this.target}${url}`, { method, headers: carried(headers), body });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

/** What the connection itself is about stays at the door. */
function carried(headers: IncomingMessage['headers']): Record<string, string> {
  const own = ['host', 'connection', 'content-length', 'transfer-encoding'];
  const kept = Object.entries(headers).filter(([name]) => !own.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
