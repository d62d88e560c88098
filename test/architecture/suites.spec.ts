import { listSources } from '../support/architecture/sources';

/* Habits of the tests themselves: small files, no sleeps, no judging of speed, and which tier a file belongs to. */

const MAXIMUM_LINES = 400;

/** What may let real time pass, and why. Faults and random requests (`npm run test:long`) have time limits to measure. */
const SLEEPS: Record<string, string> = {
  'packages/embedded-postgres/test/support/sandbox.ts': 'asks again until another process is ready',
  'test/integration/platform/database-failures.spec.ts': 'a statement that is cut off',
  'test/support/billing.ts': 'PostgreSQL asks again until all events are handled',
  'test/support/mail-server.ts': 'is slow when it is told so',
  'test/support/tcp-proxy.ts': 'is slow when it is told so',
  'test/support/until.ts': 'asks again until it is so',
};
const SLEEP = /(?<!jest\.|socket\.)\bsetTimeout\b|pg_sleep/;

/** What may ask how long something took: to give up, never to judge. */
const STOPWATCHES: Record<string, string> = {
  'packages/embedded-postgres/test/support/sandbox.ts': 'gives up in the end',
  'test/support/monotonic-time.ts': 'lets time jump instead',
  'test/support/until.ts': 'gives up in the end',
};
const STOPWATCH = /performance\.now\b|process\.hrtime|monotonicMs\(/;

const PROCESSES = /server-process'|replicas'|documented-session'|from 'node:child_process'/;

/** Start processes, and take a second all the same. */
const QUICK_PROCESSES: Record<string, string> = {
  'packages/embedded-postgres/src/process-identity.spec.ts': 'of the operating system',
  'test/architecture/boundaries.spec.ts': 'dependency-cruiser, over a few small files',
  'test/architecture/lint.spec.ts': 'oxlint, over a few lines',
};

const tests = ['src', 'packages', 'test']
  .flatMap((folder) => listSources(folder))
  .filter(({ path }) => !path.includes('/node_modules/') && !path.includes('/dist/'))
  .filter(({ path }) => path.startsWith('test/') || /\/test\/|\.spec\.ts$/.test(path));
const timed = tests.filter(({ path }) => !/^test\/(faults|fuzz|architecture\/suites)/.test(path));

function pathsWith(pattern: RegExp, files = timed): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
}

describe('the tests', () => {
  it(`have no file over ${MAXIMUM_LINES} lines: split it by its describes`, () => {
    const lines = (text: string): number => text.split('\n').length - 1;
    const long = tests.filter(({ text }) => lines(text) > MAXIMUM_LINES);
    expect(long.map(({ path, text }) => `${path}: ${lines(text)}`)).toEqual([]);
  });

  it('do not sleep: `until` waits for what is meant, `clock.moveBy` and `jumpAhead` let time pass', () => {
    expect(pathsWith(SLEEP)).toEqual(Object.keys(SLEEPS));
  });

  it('judge no speed, which is for bench/ and test/faults', () => {
    expect(pathsWith(STOPWATCH)).toEqual(Object.keys(STOPWATCHES));
  });

  it('of `npm test` start no processes of the application: those are in test/slow', () => {
    const quick = timed.filter(({ path }) => /spec\.ts$/.test(path) && !isSlow(path));
    expect(pathsWith(PROCESSES, quick)).toEqual(Object.keys(QUICK_PROCESSES));
  });
});

/** As the testMatch of jest.slow.config.js. */
function isSlow(path: string): boolean {
  return /^test\/(product\/)?slow\//.test(path) || /^packages\/[^/]+\/test\//.test(path);
}
