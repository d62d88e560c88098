import { rolldown } from 'rolldown';

/** A script for a browser, with all that it imports. `iife`: for a page that is open, where a module cannot be added. */
export async function bundle(source: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  const plugin = {
    name: 'entry',
    resolveId: (id: string) => (id === 'entry' ? id : null),
    load: (id: string) => (id === 'entry' ? source : null),
  };
  const bundled = await rolldown({ input: 'entry', plugins: [plugin], platform: 'browser' });
  const { output } = await bundled.generate({ format });
  await bundled.close();
  return output[0].code;
}
