import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const CLIENT = resolve('packages/client/src/index.ts');
const RECORDER = resolve('packages/client/src/product/recorder.ts');

/** In a page and in a worker: a recorder that keeps in IndexedDB what it has not sent. */
const SCRIPT = `
  import { indexedDbStorage, Tenantry } from '${CLIENT}';
  import { Recorder } from '${RECORDER}';
  globalThis.start = (baseUrl, token) => {
    globalThis.recorder = new Recorder(new Tenantry({ baseUrl, token }), { storage: indexedDbStorage(), waitMs: 100 });
  };
  globalThis.record = () => recorder.record({ startedAt: new Date().toISOString(), durationMs: 1 });
  globalThis.kept = async () => (await indexedDbStorage().load()).length;
  globalThis.isReady = true;
  if (!globalThis.document) onmessage = ({ data }) => { start(...data); record(); };`;

const PAGE = '<!doctype html><title>Shop</title><script type="module" src="/script.js"></script>';

async function bundle(): Promise<string> {
  const plugin = {
    name: 'entry',
    resolveId: (id: string) => (id === 'entry' ? id : null),
    load: (id: string) => (id === 'entry' ? SCRIPT : null),
  };
  const bundled = await rolldown({ input: 'entry', plugins: [plugin], platform: 'browser' });
  const { output } = await bundled.generate({ format: 'esm' });
  await bundled.close();
  return output[0].code;
}

/** A founder's web app that records by the client, on an origin of its own. */
export class ClientPage {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<ClientPage> {
    const script = await bundle();
    const server = createServer(({ url }, response) => {
      const isScript = url === '/script.js';
      const type = isScript ? 'text/javascript' : 'text/html';
      response.setHeader('content-type', type).end(isScript ? script : PAGE);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ClientPage(server);
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
