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

const PAGE = 'docs/tour.md';
const TIMEOUT_MS = 240_000; // five commands, each a process that starts the application

describe('the tour', () => {
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

  it.each(['once', 'and once more on the same server'])(
    'prints what the page says, %s',
    async () => {
      const page = readFileSync(PAGE, 'utf8');
      const blocks = blocksOf(page);
      const printed = await runBlocks(blocks, { ...environment(), TENANTRY_URL: server.url });
      if (process.env.WRITE_DOCS) writeFileSync(PAGE, withOutputs(page, printed));
      const expected = blocks.map(({ shell, output }) => [
        shell,
        withoutVaryingParts(output ?? ''),
      ]);
      expect(
        blocks.map(({ shell }, index) => [shell, withoutVaryingParts(printed[index] ?? '')]),
      ).toEqual(expected);
    },
    TIMEOUT_MS,
  );
});
