// Of `npm run test:long`: openapi.json by two linters, and every answer of the e2e suite compared with it.
// The linters come by npx, which asks the registry: as dependencies they would be 205 packages more for each install.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');
const document = path.join(root, 'openapi.json');

function run(command, parameters, env = {}) {
  const { status } = spawnSync(command, parameters, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return status === 0;
}

function lint() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tenantry-lint-'));
  const rules = path.join(folder, 'spectral.json');
  fs.writeFileSync(rules, JSON.stringify({ extends: ['spectral:oas'] }));
  const redocly = ['lint', '--extends', 'recommended', document];
  const spectral = ['lint', '--ruleset', rules, '--fail-severity', 'error', '--quiet', document];
  const isClean = [
    run('npx', ['--yes', '@redocly/cli@2.77.0', ...redocly], { REDOCLY_TELEMETRY: 'off' }),
    run('npx', ['--yes', '--package', '@stoplight/spectral-cli@6.16.3', 'spectral', ...spectral]),
  ];
  fs.rmSync(folder, { recursive: true });
  return isClean.every(Boolean);
}

const isClean = lint();
const areAnswersRight = run('jest', ['--selectProjects', 'e2e'], { CONTRACT: 'check' });
process.exitCode = isClean && areAnswersRight ? 0 : 1;
