// Replaces src/product by the product of test/fixtures/other-product in a scratch copy, as docs/your-product.md says, and
// runs there what the core promises to every product: migrations, build, types, boundaries, the core's tests, its own.
const fs = require('node:fs');
const path = require('node:path');
const { replaceProduct } = require('./example-product');
const { copyCheckout, root, runInTurn } = require('./scratch-copy');

const STEPS = [
  ['build', 'node', 'scripts/build-if-changed.js'],
  ['docs', 'npm', 'run', '--silent', 'docs'],
  ['types', 'node', 'node_modules/typescript-native/bin/tsc', '--noEmit'],
  ['lint', 'oxlint', '--max-warnings', '0'],
  ['boundaries', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'migrations'],
  ['tests', 'jest', ...process.argv.slice(2)],
];

/** One more metered feature: its declaration, and the line that counts. */
const MORE = path.join('test', 'fixtures', 'one-more-feature');
const MORE_STEPS = [
  ['one more feature', 'git', 'apply', path.join(root, MORE, 'change.patch')],
  ['types of it', 'node', 'node_modules/typescript-native/bin/tsc', '--noEmit'],
  ['test of it', 'jest', 'test/product/e2e/stamps'],
];

async function main() {
  const copy = copyCheckout();
  try {
    const ofExample = replaceProduct(copy);
    console.log(`${ofExample} files of the core's tests use the example product: left out.`);
    const failed = await runInTurn(copy, STEPS);
    fs.cpSync(
      path.join(root, MORE, 'stamps.e2e-spec.ts'),
      path.join(copy, 'test/product/e2e/stamps.e2e-spec.ts'),
    );
    failed.push(...(await runInTurn(copy, MORE_STEPS)));
    if (failed.length > 0) console.error(`Another product fails at: ${failed.join(', ')}.`);
    else console.log('Another product builds and passes.');
    process.exitCode = failed.length > 0 ? 1 : 0;
  } finally {
    if (process.env.KEEP_COPY) console.log(copy);
    else fs.rmSync(copy, { recursive: true, force: true });
  }
}

void main();
