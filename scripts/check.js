// Every check of the project, one after the other, each with the time it took. Stops at the first that fails.
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const tools = path.join(__dirname, '..', 'node_modules', '.bin');
const env = { ...process.env, PATH: `${tools}${path.delimiter}${process.env.PATH}` };

const steps = [
  ['format', 'prettier', '--check', '.'],
  ['build', 'node', 'scripts/build-if-changed.js'],
  ['lint', 'eslint', '--max-warnings', '0', '.'],
  ['types', 'tsc', '--noEmit'],
  [
    'boundaries',
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    'src',
    'migrations',
    'packages',
  ],
  ['contract', 'node', 'dist/src/cli.js', 'openapi', '--check'],
  ['permissions', 'node', 'dist/src/cli.js', 'permissions', '--check'],
  ['problems', 'node', 'dist/src/cli.js', 'problems', '--check'],
  ['variables', 'node', 'dist/src/cli.js', 'variables', '--check'],
  ['tests', 'jest'],
];

for (const [name, command, ...parameters] of steps) {
  const startedAt = Date.now();
  process.stdout.write(`\n── ${name}\n`);
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit', env });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
  process.stdout.write(`── ${name}: ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
}
process.stdout.write('\nAll checks passed.\n');
