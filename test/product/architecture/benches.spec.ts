import { existsSync, readdirSync, readFileSync } from 'node:fs';

it('benches load files that there are', () => {
  const texts = readdirSync('bench/support').map((name) =>
    readFileSync(`bench/support/${name}`, 'utf8'),
  );
  const loaded = texts
    .flatMap((text) => [...text.matchAll(/\bdist\('(\S+)\.js'\)/g)])
    .map(([, name]) => `src/${name}.ts`);
  expect(loaded.length).toBeGreaterThan(10);
  expect(loaded.filter((file) => !existsSync(file))).toEqual([]);
});
