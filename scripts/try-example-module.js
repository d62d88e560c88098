// Applies the example of docs/add-a-module.md to a scratch copy of this checkout and runs what `npm test` would check:
// build, types, boundaries, generated files, and the tests that a new module meets.
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const PAGE = 'docs/add-a-module.md';
const PATH = /`((?:src|migrations|test)\/[\w./-]+\.ts)`/;

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

function copyCheckout() {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'tenantry-example-'));
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  for (const file of files
    .split('\0')
    .filter((name) => name && fs.existsSync(path.join(root, name))))
    fs.cpSync(path.join(root, file), path.join(copy, file), { recursive: true });
  linkPackages(copy);
  return copy;
}

/** The installed packages are those of the checkout; the workspaces are those of the copy. */
function linkPackages(copy) {
  const [installed, linked] = [path.join(root, 'node_modules'), path.join(copy, 'node_modules')];
  fs.mkdirSync(path.join(linked, '@tenantry'), { recursive: true });
  for (const name of fs.readdirSync(installed).filter((entry) => entry !== '@tenantry'))
    fs.symlinkSync(path.join(installed, name), path.join(linked, name));
  for (const name of fs.readdirSync(path.join(installed, '@tenantry')))
    fs.symlinkSync(path.join(copy, 'packages', name), path.join(linked, '@tenantry', name));
}

const STEPS = [
  ['format', 'npx', 'prettier', '--check', 'src', 'migrations', 'test/e2e/notes.e2e-spec.ts'],
  ['build', 'node', 'scripts/build-if-changed.js'],
  [
    'lint',
    'npx',
    'eslint',
    '--max-warnings',
    '0',
    'src/modules/notes',
    'test/e2e/notes.e2e-spec.ts',
  ],
  ['types', 'npx', 'tsc', '--noEmit'],
  ['boundaries', 'npx', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'migrations'],
  ['docs', 'npm', 'run', '--silent', 'docs'],
  [
    'tests',
    'npx',
    'jest',
    'test/e2e/notes',
    'row-level-security',
    'test/architecture',
    'table-rules',
  ],
];

const copy = copyCheckout();
try {
  for (const block of blocksOf(fs.readFileSync(path.join(root, PAGE), 'utf8'))) apply(copy, block);
  const failed = STEPS.filter(([name, command, ...parameters]) => {
    console.log(`\n── ${name}`);
    return spawnSync(command, parameters, { cwd: copy, stdio: 'inherit' }).status !== 0;
  });
  if (failed.length > 0)
    console.error(`\nThe example fails at: ${failed.map(([name]) => name).join(', ')}.`);
  else console.log('\nThe example of docs/add-a-module.md builds and passes.');
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  if (!process.env.KEEP_COPY) fs.rmSync(copy, { recursive: true, force: true });
}
