// A fork with another product, made of the commit before the last one of the core, takes the last one: docs/upgrading.md.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { replaceProduct } = require('./example-product');
const { linkPackages, root, runInTurn } = require('./scratch-copy');

const git = (cwd, ...parameters) =>
  execFileSync(
    'git',
    ['-c', 'user.name=Fork', '-c', 'user.email=fork@example.com', ...parameters],
    {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  ).trim();

/** The sources that a fork builds on: another commit of them is the next release. */
const CORE = ['src', 'migrations', 'test', 'openapi.json', 'docs'];

/** A clone whose branch `fork` is the product of the fixture on the release before; `release` is this checkout's commit. */
function makeFork() {
  const fork = fs.mkdtempSync(path.join(os.tmpdir(), 'tenantry-scratch-'));
  git(os.tmpdir(), 'clone', '--quiet', '--no-local', root, fork);
  git(fork, 'branch', 'release');
  const [last] = git(fork, 'log', '--format=%H', '-1', '--', ...CORE).split('\n');
  git(fork, 'checkout', '--quiet', '-b', 'fork', `${last}^`);
  replaceProduct(fork);
  git(fork, 'add', '--all');
  git(fork, 'commit', '--quiet', '--message', 'Our product');
  linkPackages(fork);
  return fork;
}

const STEPS = [
  ['merge', 'node', path.join(root, 'scripts', 'take-release.js'), 'release'],
  ['types', 'node', 'node_modules/typescript-native/bin/tsc', '--noEmit'],
  ['boundaries', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src', 'migrations'],
  [
    'tests',
    'jest',
    ...['test/product', 'test/architecture/migrations', 'test/architecture/routes'],
    ...['test/architecture/product', 'test/architecture/tables'],
  ],
];

async function main() {
  const fork = makeFork();
  try {
    const failed = await runInTurn(fork, STEPS);
    if (failed.length > 0) console.error(`The fork fails at: ${failed.join(', ')}.`);
    else console.log('The fork took the release, and passes.');
    process.exitCode = failed.length > 0 ? 1 : 0;
  } finally {
    if (process.env.KEEP_COPY) console.log(fork);
    else fs.rmSync(fork, { recursive: true, force: true });
  }
}

void main();
