import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/* What a page loads of the client: the transport and the operations that it names, but no other. */

const LIMIT_BYTES = 8 * 1024;
const INDEX = join(__dirname, 'index.ts');

async function bundle(entry: string): Promise<string> {
  const plugin = {
    name: 'entry',
    resolveId: (id: string) => (id === 'entry' ? id : null),
    load: (id: string) => (id === 'entry' ? entry : null),
  };
  const bundled = await rolldown({ input: 'entry', plugins: [plugin], platform: 'browser' });
  const { output } = await bundled.generate({ format: 'esm', minify: true });
  await bundled.close();
  return output[0].code;
}

it(`has at most ${LIMIT_BYTES} bytes, compressed`, async () => {
  const code = await bundle(`export { Tenantry, meGet, usageEventRecord } from '${INDEX}';`);
  expect(code).toContain('/v1/usage-events');
  expect(code).not.toContain('/v1/team-members');
  expect(gzipSync(code).length).toBeLessThanOrEqual(LIMIT_BYTES);
  expect(gzipSync(code).length).toBeGreaterThan(1024);
});

it('needs nothing of Node', async () => {
  expect(await bundle(`export * from '${INDEX}';`)).not.toMatch(/node:|require\(|process\./);
});
