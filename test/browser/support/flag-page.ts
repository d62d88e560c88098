import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PageServer } from './page-server';

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

/** A founder's web page that asks for flags. */
export function startFlagPage(): Promise<PageServer> {
  return PageServer.start(PAGE, (path) => {
    const module = MODULES[path.slice(1)];
    return module && readFileSync(module);
  });
}
