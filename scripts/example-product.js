// The example product in a copy of this checkout: what belongs to it, and another in its place.
const fs = require('node:fs');
const path = require('node:path');

const NAMES = /recordings?\b|\bapplications\b|applicationId|\/product\/support\//i;
const IMPORTS = /from '(\.{1,2}\/[^']+)'/g;
const FIXTURE = path.join(__dirname, '..', 'test', 'fixtures', 'other-product');
/** Load and random requests are made of the example's routes, and benches measure them. */
const WHOLE = [
  ...['test/product', 'test/faults', 'test/fuzz', 'test/fixtures', 'bench'],
  ...['packages/client/src/product', 'docs/tour.mts'],
  // The pages of this repository tell of the example.
  ...['docs', 'reliability'].map((name) => `test/architecture/${name}.spec.ts`),
];

/**
 * Tests of the core by what they name, and with the helpers that import those of the product whatever imports them.
 * @returns their paths in the checkout
 */
function listTestsOfExample(root) {
  const files = fs
    .readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name}`)
    .filter(
      (name) =>
        name.endsWith('.ts') && !WHOLE.some((one) => name === one || name.startsWith(`${one}/`)),
    );
  const texts = new Map(
    files.map((name) => [name, fs.readFileSync(path.join(root, name), 'utf8')]),
  );
  const found = new Set(
    files.filter((name) => name.endsWith('spec.ts') && NAMES.test(texts.get(name))),
  );
  const leadsTo = (name) =>
    importsOf(name, texts.get(name)).some(
      (target) => found.has(target) || target.startsWith('test/product/support/'),
    );
  for (let more = files.filter(leadsTo); more.length > 0;) {
    more.forEach((name) => found.add(name));
    more = files.filter((name) => !found.has(name) && leadsTo(name));
  }
  return [...found].sort();
}

function importsOf(file, text) {
  return [...text.matchAll(IMPORTS)].map(
    ([, target]) => `${path.posix.join(path.posix.dirname(file), target)}.ts`,
  );
}

/** Deletes the example product with its tests, and puts the other one in its place. @returns how many tests went along */
function replaceProduct(copy) {
  const ofExample = listTestsOfExample(copy);
  for (const name of ['src/product', 'console/src/product', ...WHOLE, ...ofExample])
    fs.rmSync(path.join(copy, name), { recursive: true, force: true });
  fs.cpSync(FIXTURE, copy, { recursive: true });
  return ofExample.length;
}

module.exports = { listTestsOfExample, replaceProduct };
