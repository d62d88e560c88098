import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  blocksOf,
  runBlocks,
  withoutVaryingParts,
  withOutputs,
} from '../support/documented-session';
import { ServerProcess } from '../support/server-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const TIMEOUT_MS = 240_000; // five commands, each a process that starts the application

describe('examples of the documentation', () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let directory: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    directory = mkdtempSync(join(tmpdir(), 'tenantry-tour-'));
    server = await ServerProcess.start({ ...environment(), ROLES: 'web,worker' });
  });

  afterAll(async () => {
    await server.stop();
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The server and the tour's commands share database, secrets and mails, as with `npm start`. */
  function environment(): Record<string, string> {
    const SECRET_KEY = 'a secret of the tests, long enough to be taken';
    return {
      NODE_ENV: 'development',
      DATABASE_URL: database.url,
      DATA_DIR: directory,
      SECRET_KEY,
    };
  }

  it.each([
    ['README.md', 'its example'],
    ['docs/tour.md', 'once'],
    ['docs/tour.md', 'once more on the same server'],
  ])(
    '%s prints what it says, %s',
    async (path) => {
      const page = readFileSync(path, 'utf8');
      const blocks = blocksOf(page).filter(({ shell }) => !shell.startsWith('npm ci')); // the server is running
      const printed = await runBlocks(blocks, { ...environment(), TENANTRY_URL: server.url });
      if (process.env.WRITE_DOCS) writeFileSync(path, withOutputs(page, printed));
      expect(blocks.map(({ shell }, index) => said(shell, printed[index]))).toEqual(
        blocks.map(({ shell, output }) => said(shell, output)),
      );
    },
    TIMEOUT_MS,
  );
});

function said(shell: string, output: string | null | undefined): [string, string] {
  return [shell, withoutVaryingParts(output ?? '')];
}
