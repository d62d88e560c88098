// `npm run test:dates`: runs the tests that depend on the calendar as if at the ends of months and years
// (test/support/test-date.ts). Passes further parameters to jest. Child processes keep the real time, so their tests
// are left out.
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const DATES = [
  '2027-01-29T12:00:00Z',
  '2027-01-30T12:00:00Z',
  '2027-01-31T12:00:00Z',
  '2027-12-31T12:00:00Z',
  '2027-12-31T23:59:30Z', // the year ends during the run
  '2028-02-29T12:00:00Z',
];
const SPECS = [
  'src/(modules/(subscriptions|plans)|product/recordings)/',
  'test/integration/subscriptions/',
  'test/e2e/(subscription-.*|renewal|recordings.*|plans|staff-plans|credit.*|quota.*|signup)\\.e2e-spec',
];

const root = path.join(__dirname, '..');
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const failed = [];

DATES.forEach((date, index) => {
  const startedAt = Date.now();
  process.stdout.write(`[${index + 1}/${DATES.length}] as if it were ${date}: `);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [jest, '--silent', ...process.argv.slice(2), ...SPECS],
    { cwd: root, env: { ...process.env, TEST_DATE: date }, encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  process.stdout.write(`${status === 0 ? 'green' : 'RED'}, ${seconds} s\n`);
  if (status === 0) return;
  failed.push(date);
  process.stdout.write(`${stdout}${stderr}\n`);
});

process.stdout.write(failed.length === 0 ? 'Green on all dates.\n' : `Red: ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
