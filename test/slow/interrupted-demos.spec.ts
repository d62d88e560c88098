import { spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startCommand } from '../support/command-line';
import { ServerProcess } from '../support/server-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/* The built demos, stopped halfway: nothing is left behind, and nothing but their story is printed. */

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-interrupted-'));
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ending {
  code: number | null;
  stderr: string;
}

/** Waits for the first line of the story, does this, and waits for the end. */
async function endAfterFirstLine(
  parameters: string[],
  interrupt: (child: ChildProcessWithoutNullStreams) => unknown,
): Promise<Ending> {
  const child = startCommand({
    parameters,
    environment: { TMPDIR: folder, DATABASE_URL: database.url },
    directory: folder,
  });
  const written = text(child.stderr);
  await once(child.stdout, 'data');
  interrupt(child);
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, stderr: await written };
}

const closePipe = (child: ChildProcessWithoutNullStreams) => child.stdout.destroy();
const pressCtrlC = (child: ChildProcessWithoutNullStreams) => child.kill('SIGINT');

/** Processes that name the folder, as a PostgreSQL in it does. */
function listProcesses(of: string): string[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(of));
}

it('demo ends quietly when the pipe is closed', async () => {
  const server = await ServerProcess.start({ DATABASE_URL: database.url });
  const ending = await endAfterFirstLine(['demo', '--url', server.url], closePipe);
  await server.stop();
  expect(ending).toEqual({ code: 141, stderr: '' });
});

it.each([
  ['when the pipe is closed', closePipe, 141],
  ['at Ctrl-C', pressCtrlC, 130],
] as const)('demo:billing removes its database and folder %s', async (_, interrupt, code) => {
  const ending = await endAfterFirstLine(['demo:billing'], interrupt);
  expect(ending.code).toBe(code);
  expect(ending.stderr).not.toMatch(/^ +at /m);
  const [, created = ''] = /Creating the database in (\S+)/.exec(ending.stderr) ?? [];
  expect(created).toMatch(/^\/./);
  expect([readdirSync(folder), existsSync(created), listProcesses(created)]).toEqual([
    [],
    false,
    [],
  ]);
});
