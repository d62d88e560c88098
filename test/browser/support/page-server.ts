import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A founder's web page, on an origin of its own. */
export class PageServer {
  private constructor(private readonly server: Server) {}

  /**
   * @param page what every path answers
   * @param scriptAt the script of a path; undefined: none
   */
  static async start(
    page: string,
    scriptAt: (path: string) => string | Buffer | undefined,
  ): Promise<PageServer> {
    const server = createServer(({ url = '/' }, response) => {
      const script = scriptAt(decodeURIComponent(url));
      response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
      response.end(script ?? page);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PageServer(server);
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
