import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import type { AddressInfo } from 'node:net';

const PROVIDER = dirname(require.resolve('@openfeature/ofrep-web-provider/package.json'));
const CORE = dirname(
  require.resolve('@openfeature/ofrep-core/package.json', { paths: [PROVIDER] }),
);

/** The modules of the page by their names, as npm has them; nothing is bundled. */
const MODULES: Record<string, string> = {
  '@openfeature/core': require.resolve('@openfeature/core').replace('/cjs/', '/esm/'),
  '@openfeature/web-sdk': require.resolve('@openfeature/web-sdk').replace('/cjs/', '/esm/'),
  '@openfeature/ofrep-core': join(CORE, 'index.esm.js'),
  '@openfeature/ofrep-web-provider': join(PROVIDER, 'index.esm.js'),
};

const IMPORTS = Object.fromEntries(Object.keys(MODULES).map((name) => [name, `/${name}`]));

const PAGE = `<!doctype html><title>Shop</title>
<script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module">
  import { OpenFeature } from '@openfeature/web-sdk';
  import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
  globalThis.connect = (baseUrl, key, targetingKey) => {
    const headers = [['Authorization', 'Bearer ' + key]];
    const provider = new OFREPWebProvider({ baseUrl, headers, pollInterval: 200 });
    return OpenFeature.setProviderAndWait(provider, { targetingKey });
  };
  globalThis.read = (key) => OpenFeature.getClient().getBooleanDetails(key, false);
  globalThis.readText = (key) => OpenFeature.getClient().getStringValue(key, 'none');
  globalThis.isReady = true;
</script>`;

/** A founder's web page, on an origin of its own. */
export class FlagPage {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<FlagPage> {
    const server = createServer(({ url = '/' }, response) => {
      const module = MODULES[decodeURIComponent(url.slice(1))];
      const type = module ? 'text/javascript' : 'text/html';
      response.setHeader('content-type', type).end(module ? readFileSync(module) : PAGE);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FlagPage(server);
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
