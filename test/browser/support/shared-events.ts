import { resolve } from 'node:path';
import { bundle } from './bundle';

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
export function bundleSharedEvents(): Promise<string> {
  return bundle(SCRIPT, 'iife');
}
