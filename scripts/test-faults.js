// `npm run test:faults [-- --only <name>]`: runs every scenario of test/faults, then prints a table of the
// measurements. FAULT_SEED=<a whole number> replays the random choices of another run; its seed is in the first line.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { buildIfChanged } = require('./build-if-changed');

const root = path.join(__dirname, '..');
const names = fs
  .readdirSync(path.join(root, 'test', 'faults'))
  .filter((file) => file.endsWith('.fault-spec.ts'))
  .map((file) => file.replace('.fault-spec.ts', ''));

function chosenNames() {
  const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
  if (only === undefined) return names;
  if (names.includes(only)) return [only];
  console.error(`There is no scenario ${only}. There are: ${names.join(', ')}`);
  process.exit(2);
}

function runJest(chosen, seed, results) {
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const files = chosen.map((name) => `test/faults/${name}\\.fault-spec`);
  const parameters = [jest, '--config', 'jest.faults.config.js', '--runInBand', ...files];
  const env = { ...process.env, FAULT_SEED: seed, FAULT_RESULTS: results };
  return spawnSync(process.execPath, parameters, { cwd: root, env, stdio: 'inherit' }).status;
}

function printTable(outcomes) {
  const width = Math.max(...outcomes.map(({ title }) => title.length));
  for (const { title, state, seconds, line } of outcomes) {
    const head = `${title.padEnd(width)}  ${state.padEnd(7)}  ${seconds.toFixed(0).padStart(4)} s`;
    process.stdout.write(`${head}  ${line}\n`);
  }
}

const chosen = chosenNames();
const seed = process.env.FAULT_SEED ?? String(Date.now() % 1_000_000);
const folder = path.join(root, '.data', 'faults');
const results = path.join(folder, `seed-${seed}.jsonl`);

buildIfChanged();
fs.mkdirSync(folder, { recursive: true });
fs.rmSync(results, { force: true });
process.stdout.write(`FAULT_SEED=${seed}\n`);
const status = runJest(chosen, seed, results);
const lines = fs.existsSync(results) ? fs.readFileSync(results, 'utf8').trim().split('\n') : [];
process.stdout.write(`\nFAULT_SEED=${seed}, figures in ${path.relative(root, results)}\n`);
printTable(lines.map((line) => JSON.parse(line)));
process.exitCode = status ?? 1;
