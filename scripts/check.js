// `npm test`: every check of the project. Static checks run beside the tests, a failed step does not hide others, and a
// summary at the end lists all failures. `npm test -- <file>` runs the tests of that file alone, with jest's own
// parameters. `npm run test:slow` (`--slow`): the tests that start processes of the build. `npm run test:browser`
// (`--browser`): those in Chromium. `npm run test:long` (`--long`): what takes an hour, before a release.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const results = path.join(root, 'node_modules', '.cache', 'checks');
const env = {
  ...process.env,
  PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}`,
};

const BUILD = ['build', 'node', 'scripts/build-if-changed.js'];
const BUNDLE = ['bundle', 'node', 'scripts/bundle.js'];
/** The linter reports type errors as well, also in the console: its own rules need the types. */
const SOURCES = [
  ['format', 'oxfmt', '--check'],
  ['lint', 'oxlint', '--max-warnings', '0'],
  [
    'boundaries',
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    'src',
    'migrations',
    'packages',
    'console/src',
  ],
];
/** The contract, the problems, the permissions and the variables, checked by the built command; and the client. */
const GENERATED = [
  ['generated', 'node', 'dist/src/cli.js', 'docs', '--check'],
  ['client', 'node', 'scripts/generate-client.js', '--check'],
];

const EXAMPLE = ['add-a-module', 'node', 'scripts/try-example-module.js'];
const LONG = [
  [...EXAMPLE, '--all'],
  ['faults', 'node', 'scripts/test-faults.js'],
  ['fuzz', 'jest', '--config', 'jest.fuzz.config.js'],
  ['dates', 'node', 'scripts/test-dates.js'],
  ['contract', 'node', 'scripts/test-contract.js'],
  ['other-product', 'node', 'scripts/test-other-product.js'],
  ['upgrade', 'node', 'scripts/test-upgrade.js'],
  ['tenants', 'env', 'CROSS_TENANT=all', 'jest', 'test/architecture/cross-tenant'],
  ['histories', 'env', 'PROPERTY_RUNS=10000', 'jest', 'test/integration/usage/histories'],
];

/** @returns the output, held back unless `live`, and the time; a command that cannot be started is red */
function run([name, command, ...parameters], { live = false } = {}) {
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const read = (chunk) => (live ? process.stdout.write(chunk) : (output += chunk));
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const end = (status, message = '') =>
      resolve({
        name,
        isGreen: status === 0,
        output: output + message,
        seconds: (Date.now() - startedAt) / 1000,
      });
    child.on('error', ({ message }) => end(1, message));
    child.on('close', (status) => end(status));
  });
}

/** Runs steps in order and reports each at its end; prints the output of a red one once. */
async function runInTurn(steps) {
  const ended = [];
  for (const step of steps) {
    const result = await run(step);
    ended.push(result);
    process.stdout.write(`${lineOf(result)}\n${result.isGreen ? '' : result.output}`);
  }
  return ended;
}

async function runTests(name, parameters) {
  const file = path.join(results, `${name}.json`);
  fs.rmSync(file, { force: true });
  const jest = [name, 'jest', '--json', '--outputFile', file, ...parameters];
  const result = await run(jest, { live: true });
  return { ...result, ...readResults(file) };
}

/** Jest's counts; nothing when it did not get that far. */
function readResults(file) {
  if (!fs.existsSync(file)) return { passed: 0, failures: [] };
  const { numPassedTests: passed, testResults } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const failures = testResults.flatMap((suite) => {
    const place = path.relative(root, suite.name);
    const failed = suite.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && suite.status === 'failed') return [`${place} › did not run`];
    return failed.map(({ fullName }) => `${place} › ${fullName}`);
  });
  return { passed, failures };
}

function lineOf({ name, isGreen, seconds }) {
  return `── ${name.padEnd(12)} ${isGreen ? 'ok ' : 'RED'} ${seconds.toFixed(1).padStart(7)} s`;
}

/** Steps, seconds, the names of failures, and last how many checks passed: tests, and steps that are not tests. */
function summarize(steps) {
  process.stdout.write(`\n${steps.map(lineOf).join('\n')}\n`);
  const failures = steps.flatMap(({ name, isGreen, failures = [] }) =>
    !isGreen && failures.length === 0 ? [name] : failures,
  );
  for (const failure of failures) process.stdout.write(`   RED ${failure}\n`);
  const passed = steps.reduce((sum, step) => sum + (step.passed ?? Number(step.isGreen)), 0);
  process.stdout.write(`\n${passed} passed, ${failures.length} failed\n`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** Static checks run beside the tests, which need the built packages. */
async function checkAll() {
  const building = runInTurn([BUILD]);
  const sources = runInTurn(SOURCES);
  const tests = building.then(() => runTests('tests', []));
  const [built, checked] = await Promise.all([building, sources]);
  summarize([...checked, ...built, ...(await runInTurn(GENERATED)), await tests]);
}

/** The example module is no test of some file: it runs with all of them only. */
async function runSlow(parameters) {
  const built = await runInTurn([BUILD, BUNDLE]);
  const config = ['--config', 'jest.slow.config.js'];
  const tests = await runTests('slow tests', [...config, ...parameters]);
  summarize([...built, tests, ...(await runInTurn(parameters.length > 0 ? [] : [EXAMPLE]))]);
}

async function runBrowser(parameters) {
  const built = await runInTurn([BUILD]);
  const config = ['--config', 'jest.browser.config.js'];
  summarize([...built, await runTests('browser', [...config, ...parameters])]);
}

async function runLong() {
  const ended = [];
  for (const step of [BUILD, ...LONG]) ended.push(await run(step, { live: true }));
  summarize(ended);
}

/** Runs the given files without rebuilding, except for packages, which takes a second. */
async function runSome(parameters) {
  const built = await runInTurn([[...BUILD, '--packages']]);
  summarize([...built, await runTests('tests', parameters)]);
}

function main(parameters) {
  fs.mkdirSync(results, { recursive: true });
  const isSlow = (parameter) => parameter === '--slow' || parameter.includes('test/slow');
  if (parameters.some(isSlow)) return runSlow(parameters.filter((each) => each !== '--slow'));
  const isBrowser = (parameter) => parameter === '--browser' || parameter.includes('test/browser');
  if (parameters.some(isBrowser))
    return runBrowser(parameters.filter((each) => each !== '--browser'));
  if (parameters.includes('--long')) return runLong();
  return parameters.length > 0 ? runSome(parameters) : checkAll();
}

void main(process.argv.slice(2));
