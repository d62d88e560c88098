// The server as another commit had it, built once in .data/bench/<commit>, with the dependencies of this checkout.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

/** @returns its main.js */
function buildOf(reference) {
  const commit = git('rev-parse', '--verify', `${reference}^{commit}`);
  const directory = path.join(root, '.data', 'bench', commit.slice(0, 12));
  if (!fs.existsSync(directory)) {
    git('worktree', 'prune');
    git('worktree', 'add', '--detach', '--force', directory, commit);
    fs.symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  }
  const script = path.join(directory, 'scripts', 'build-if-changed.js');
  execFileSync(process.execPath, [script], { cwd: directory, stdio: 'inherit' });
  return path.join(directory, 'dist', 'src', 'main.js');
}

function git(...given) {
  return execFileSync('git', given, { cwd: root }).toString().trim();
}

module.exports = { buildOf };
