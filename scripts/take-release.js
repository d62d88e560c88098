// `npm run take-release -- <ref>`: merges a release of Tenantry into a fork that has a product of its own, as
// docs/upgrading.md says. What is the fork's stays as it is, what is generated is made anew; other conflicts are for you.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');

/** The fork's own: releases change the example product that was there. */
const OWN = ['src/product', 'test/product', 'packages/client/src/product', 'docs/tour.mts'];
const GENERATED = [
  'openapi.json',
  'docs/permissions.md',
  'docs/problems.md',
  'docs/configuration.md',
  '.env.example',
  'llms.txt',
  'packages/client/src/generated',
];

const git = (...parameters) => execFileSync('git', parameters, { encoding: 'utf8' }).trim();

function isMerged(ref) {
  try {
    git('merge', '--no-commit', '--no-ff', ref);
    return true;
  } catch (error) {
    if (!fs.existsSync(git('rev-parse', '--git-path', 'MERGE_HEAD'))) throw error;
    return false; // with conflicts, some of which are settled below
  }
}

function settle(ref) {
  for (const folder of OWN) {
    git('rm', '-r', '--force', '--quiet', '--ignore-unmatch', '--', folder);
    if (git('ls-tree', 'HEAD', '--', folder)) git('checkout', 'HEAD', '--', folder);
  }
  for (const file of listDeletedByUs()) git('rm', '--force', '--quiet', '--', file);
  for (const file of GENERATED) git('checkout', ref, '--', file);
}

/** Tests of the example product, say, that the release has changed. */
function listDeletedByUs() {
  const lines = git('status', '--porcelain').split('\n');
  return lines.filter((line) => line.startsWith('DU ')).map((line) => line.slice(3));
}

function regenerate() {
  execFileSync('npm', ['run', '--silent', 'docs'], { stdio: 'inherit' });
  git('add', '--', ...GENERATED);
}

function main([ref]) {
  if (!ref) throw new Error('which release? npm run take-release -- upstream/main');
  if (git('status', '--porcelain')) throw new Error('commit or stash your changes first');
  isMerged(ref);
  settle(ref);
  const conflicts = git('diff', '--name-only', '--diff-filter=U');
  if (conflicts) {
    console.error(`These are changed by you and by the release:\n${conflicts}`);
    console.error('Settle them, then: npm run docs && git add --all && git commit');
    process.exitCode = 1;
    return;
  }
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  regenerate();
  console.log('Merged, not committed. Next: npm ci && npm test && git commit');
}

main(process.argv.slice(2));
