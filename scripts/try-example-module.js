// Applies the example of docs/add-a-module.md to a scratch copy of this checkout and runs what `npm test` would check:
// build, types, boundaries, generated files, and the tests that a new module meets.
const fs = require('node:fs');
const path = require('node:path');
const { copyCheckout, root, runInTurn } = require('./scratch-copy');

const PAGE = 'docs/add-a-module.md';
/** The file that a block of code is: named at the start of a paragraph before it. */
const PATH = /^`((?:src|migrations|test)\/[\w./-]+\.ts)`/m;

/** The code of the page: whole files, and changes of existing files. */
function blocksOf(markdown) {
  let named = null;
  return markdown.split(/^(?=```)/m).flatMap((part, index, parts) => {
    named = PATH.exec(parts[index - 1]?.split('\n').slice(1).join('\n') ?? '')?.[1] ?? named;
    const [, language, code] = /^```(ts|diff)\n(.*)$/s.exec(part) ?? [];
    return language ? [{ language, code, file: named }] : [];
  });
}

/** A file of the page, or its changes: `# path` heads the changes of one file, `…` separates two of them. */
function apply(copy, { language, code, file }) {
  if (language === 'ts') return write(copy, file, code);
  const changes = code.startsWith('# ') ? code.split(/^# /m).slice(1) : [`${file}\n${code}`];
  for (const change of changes) {
    const [target, ...lines] = change.split('\n');
    for (const hunk of lines.join('\n').split(/^ …$/m)) applyHunk(copy, target.trim(), hunk);
  }
}

function applyHunk(copy, target, hunk) {
  const lines = hunk.split('\n').filter((line) => line !== '');
  const textOf = (marks) =>
    lines
      .filter((line) => marks.includes(line[0]))
      .map((line) => `${line.slice(1)}\n`)
      .join('');
  const text = fs.readFileSync(path.join(copy, target), 'utf8');
  const [before, after] = [textOf(' -'), textOf(' +')];
  if (text.split(before).length !== 2)
    throw new Error(`${PAGE}: these lines are not exactly once in ${target}:\n${before}`);
  write(
    copy,
    target,
    text.replace(before, () => after),
  );
}

function write(copy, file, text) {
  fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
  fs.writeFileSync(path.join(copy, file), text);
}

const NEW_FILES = [
  'src/product/notes',
  'src/product/migrations/1795240000000-notes.ts',
  'test/e2e/notes.e2e-spec.ts',
];
/** The tests that a new module meets. `--all`: those that call every route many times, too, which take minutes. */
const MET_TESTS = [
  'test/e2e/notes',
  'row-level-security',
  'table-rules',
  ...[
    'audited-tables',
    'contract',
    'documented-refusals',
    'house',
    'migrations',
    'routes',
    'suites',
    'tables',
  ].map((name) => `test/architecture/${name}`),
];
const TESTS = process.argv.includes('--all') ? [...MET_TESTS, 'test/architecture'] : MET_TESTS;

/** The sources are checked beside the tests, as by `npm test`. */
const CHECKS = [
  ['format', 'oxfmt', '--check', ...NEW_FILES, 'src/product/*.ts'],
  ['types', 'node', 'node_modules/typescript-native/bin/tsc', '--noEmit'],
  ['lint', 'oxlint', '--max-warnings', '0', ...NEW_FILES],
  ['boundaries', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'migrations'],
];
const RUNS = [
  ['build', 'node', 'scripts/build-if-changed.js'],
  ['docs', 'npm', 'run', '--silent', 'docs'],
  ['tests', 'jest', ...TESTS],
];

async function main() {
  const copy = copyCheckout();
  try {
    const blocks = blocksOf(fs.readFileSync(path.join(root, PAGE), 'utf8'));
    for (const block of blocks) apply(copy, block);
    const failed = (await Promise.all([runInTurn(copy, RUNS), runInTurn(copy, CHECKS)])).flat();
    if (failed.length > 0) console.error(`The example fails at: ${failed.join(', ')}.`);
    else console.log('The example of docs/add-a-module.md builds and passes.');
    process.exitCode = failed.length > 0 ? 1 : 0;
  } finally {
    if (!process.env.KEEP_COPY) fs.rmSync(copy, { recursive: true, force: true });
  }
}

void main();
