import { once } from 'node:events';
import { join } from 'node:path';
import { ServerProcess } from '../support/server-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/* What no code handles: real processes, into which a library's fault is put by a signal. */

const FAULTY = join(process.cwd(), 'test/support/faulty-process.js');

let database: TestDatabase;
let server: ServerProcess;
let printed: string;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  server = await ServerProcess.start({
    DATABASE_URL: database.url,
    ROLES: 'web,worker',
    NODE_OPTIONS: `--require ${FAULTY}`,
  });
  printed = '';
  const read = (chunk: Buffer) => void (printed += chunk.toString());
  server.child.stdout!.on('data', read);
  server.child.stderr!.on('data', read);
});
afterEach(() => server.stop('SIGKILL'));

async function counted(kind: string): Promise<number> {
  const { text } = await server.get('/metrics');
  const [, value] = new RegExp(`process_unhandled_faults_total\\{kind="${kind}"\\} (\\d+)`).exec(
    text,
  )!;
  return Number(value);
}

it('a rejected promise that nothing handles is logged without its secrets and counted, and the server keeps running', async () => {
  expect(await counted('rejection')).toBe(0);
  server.child.kill('SIGUSR2');
  server.child.kill('SIGUSR2');
  await until('it is counted', async () => (await counted('rejection')) > 0);
  await until('it is logged', () => printed.includes('a rejected promise was not handled'));
  expect(printed).toContain('a fault of a library, at postgres://***@db/x');
  expect(printed).not.toContain('secret@');
  expect((await server.get('/health/ready')).status).toBe(200);
  expect(await server.stop()).toBe(0);
});

it('an exception that nothing catches is logged, and the server stops in order, with exit code 1', async () => {
  const exited = once(server.child, 'exit');
  server.child.kill('SIGWINCH');
  expect(await exited).toEqual([1, null]);
  expect(printed).toContain('an exception was not caught: a fault of a library');
  expect(printed).not.toContain('secret@');
  expect(printed).not.toContain('could not stop in order');
});
