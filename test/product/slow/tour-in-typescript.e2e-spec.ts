import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addStaff, STAFF_PASSWORD } from '../../support/staff';
import { TestApplication } from '../../support/test-application';

/* docs/tour.mts in a project of its own, as one who uses the built client has it: strict, and without a cast. */

const runFile = promisify(execFile);
const ROOT = join(__dirname, '../../..');
const COMPILER = join(ROOT, 'node_modules/typescript-native/bin/tsc');
const STRICT = {
  ...{ strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
  ...{ noImplicitOverride: true, noUnusedLocals: true, skipLibCheck: false },
  ...{ module: 'nodenext', target: 'es2023', outDir: 'made', rootDir: '.' },
  ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] },
};

let folder: string;
let server: TestApplication;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenantry-tour-'));
  server = await TestApplication.start();
  await mkdir(join(folder, 'node_modules/@tenantry'), { recursive: true });
  await symlink(join(ROOT, 'packages/client'), join(folder, 'node_modules/@tenantry/client'));
  await copyFile(join(ROOT, 'docs/tour.mts'), join(folder, 'tour.mts'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT }));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

it('compiles in strict mode, without a cast', async () => {
  const text = await readFile(join(folder, 'tour.mts'), 'utf8');
  expect(text).not.toMatch(/\bas (?!const\b)(?=[A-Z{])|: any\b|\bunknown\b|!\./);
  const output = await runFile(process.execPath, [COMPILER, '-p', folder]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  expect(output).toBe('');
});

it('finds what it tells of', async () => {
  const { email } = await addStaff(server);
  const tour = join(folder, 'made/tour.mjs');
  const { stdout } = await runFile(process.execPath, [tour, server.url, email, STAFF_PASSWORD]);
  expect(stdout.trim().split('\n')).toEqual([
    'I am Ada Lovelace owner of Acme',
    'Second application: limit_reached 1',
    'First: 201 1 of 100',
    'Again: 200 1 of 100',
    'Another under the same id: external_id_conflict',
    'Plan free 0 100',
    'Plan pro 4900 10000',
    'Plan pro-yearly 49000 120000',
    'Seats 1 of 3',
    'Stopped: quota_exceeded true',
    'Kept for the next period: 21',
    'Refused: 100/100 0 true',
    'Explained: plan 100',
    'Verified: 100 100 true',
    'Rotated: true quota_exceeded',
    'Invited: pending',
    'Support: true',
    'Credits: 50',
    'Flag: true',
    expect.stringMatching(/^Audited: .*support_session\.start/) as string,
  ]);
});
