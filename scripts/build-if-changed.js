// Builds packages/*/dist and dist/ where sources differ from those they were built from; otherwise takes a few milliseconds.
const { createHash } = require('node:crypto');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const tool = (...parts) => path.join(root, 'node_modules', ...parts);
const shared = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const packages = fs
  .readdirSync(path.join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => path.join('packages', name));

/** The application is compiled against what the packages declare, so they come first. */
const targets = [
  ...packages.map((folder) => ({
    folder,
    inputs: [`${folder}/src`, `${folder}/tsconfig.build.json`, 'packages/tsconfig.base.json'],
    command: [tool('typescript', 'bin', 'tsc'), '--project', `${folder}/tsconfig.build.json`],
  })),
  {
    folder: '.',
    inputs: ['src', 'migrations', 'nest-cli.json', ...packages.map((folder) => `${folder}/src`)],
    command: [tool('@nestjs', 'cli', 'bin', 'nest.js'), 'build'],
  },
];

function filesBelow(entry) {
  if (fs.statSync(entry).isFile()) return [entry];
  return fs
    .readdirSync(entry)
    .sort()
    .flatMap((name) => filesBelow(path.join(entry, name)));
}

function fingerprint(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesBelow(path.join(root, input)))) {
    hash.update(path.relative(root, file)).update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

function buildTarget({ folder, inputs, command }) {
  const stamp = path.join(root, folder, 'dist', '.built-from');
  const wanted = fingerprint([...inputs, ...shared]);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  const startedAt = Date.now();
  process.stderr.write(`Building the sources of ${folder}, which have changed: `);
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  fs.writeFileSync(stamp, wanted);
  process.stderr.write(`took ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
}

/** @param onlyPackages leaves the application as it was built last */
function buildIfChanged(onlyPackages = false) {
  targets.filter(({ folder }) => !onlyPackages || folder !== '.').forEach(buildTarget);
}

module.exports = { buildIfChanged };
if (require.main === module) buildIfChanged(process.argv.includes('--packages'));
