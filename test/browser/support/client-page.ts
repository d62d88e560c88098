import { resolve } from 'node:path';
import { bundle } from './bundle';
import { PageServer } from './page-server';

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

/** A founder's web app that records by the client. */
export async function startClientPage(): Promise<PageServer> {
  const script = await bundle(SCRIPT);
  return PageServer.start(PAGE, (path) => (path === '/script.js' ? script : undefined));
}
