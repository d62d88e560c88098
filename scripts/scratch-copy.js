// A scratch copy of this checkout, and checks run in it: for scripts that change the sources and look what is still green.
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.join(__dirname, '..');

/** The files that git knows, as they are now, in a folder of the system's temporary one. */
function copyCheckout() {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'tenantry-scratch-'));
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
  for (const name of fs.readdirSync(path.join(installed, '@tenantry'))) {
    const folder = path.join('packages', name);
    fs.symlinkSync(path.join(copy, folder), path.join(linked, '@tenantry', name));
    const built = path.join(root, folder, 'dist');
    if (fs.existsSync(built))
      fs.cpSync(built, path.join(copy, folder, 'dist'), {
        recursive: true,
        preserveTimestamps: true,
      });
  }
}

/** @returns the names of the steps that failed; what they said has been printed */
async function runInTurn(copy, steps) {
  const failed = [];
  for (const [name, command, ...parameters] of steps) {
    const startedAt = Date.now();
    const { status, output } = await run(copy, command, parameters);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    console.log(`── ${name}: ${status === 0 ? 'ok' : 'RED'}, ${seconds} s`);
    if (status === 0) continue;
    console.log(output);
    failed.push(name);
  }
  return failed;
}

function run(copy, command, parameters) {
  const bin = path.join(copy, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const read = (chunk) => (output += chunk);
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}

module.exports = { copyCheckout, linkPackages, root, runInTurn };
