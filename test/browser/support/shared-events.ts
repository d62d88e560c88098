import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const CLIENT = resolve('packages/client/src/index.ts');

const SCRIPT = `
  import { sharedEvents, Tenantry } from '${CLIENT}';
  globalThis.seen = [];
  globalThis.hasBegun = false;
  globalThis.follow = async () => {
    const options = { name: 'test', onBegin: () => { globalThis.hasBegun = true; } };
    const tenantry = new Tenantry({ baseUrl: '', session: 'team' });
    for await (const { sequence, type } of sharedEvents(tenantry, options)) seen.push([sequence, type]);
  };`;

/** A script for a page of the server: `follow()` writes the events that the tab sees to `seen`. */
export async function bundleSharedEvents(): Promise<string> {
  const plugin = {
    name: 'entry',
    resolveId: (id: string) => (id === 'entry' ? id : null),
    load: (id: string) => (id === 'entry' ? SCRIPT : null),
  };
  const bundled = await rolldown({ input: 'entry', plugins: [plugin], platform: 'browser' });
  const { output } = await bundled.generate({ format: 'iife' });
  await bundled.close();
  return output[0].code;
}
