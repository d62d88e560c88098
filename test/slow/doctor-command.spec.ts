import type { Finding } from '../../src/cli/doctor/finding';
import { spawnCommand, type Outcome } from '../support/command-line';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/* Each fault is made, and the doctor names it with what to do; without it the same check is well. */

const RANDOM_KEY = 'f3b1c98e27d64a0598d1e7c2ab40639f51c7d2e8a96b3f04';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/* The built command. `npm test` builds first. */
describe('npm run cli -- doctor', () => {
  function run(parameters: string[], environment: Record<string, string> = {}): Promise<Outcome> {
    const given = { DATABASE_URL: database.url, SECRET_KEY: RANDOM_KEY };
    return spawnCommand({
      parameters: ['doctor', ...parameters],
      environment: { ...given, ...environment },
    });
  }

  it('ends with 0 when nothing has failed, a line for each check and what to do below it', async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ok {4}database {8}tenantry_test_\w+ answers$/m);
    expect(stdout).toMatch(
      /^warn {2}renewal {9}it has never run on this database\n +→ Start a server/m,
    );
  });

  it('ends with 1 when something has', async () => {
    const { code, stdout, stderr } = await run([], { SMTP_URL: 'smtp://127.0.0.1:1' });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: 1 check failed\n' });
    expect(stdout).toMatch(/^fail {2}smtp .*ECONNREFUSED.*\n +→ /m);
  });

  it('gives the same as JSON', async () => {
    const { code, stdout } = await run(['--json'], { SMTP_URL: 'smtp://127.0.0.1:1' });
    expect(code).toBe(1);
    const findings = JSON.parse(stdout) as Finding[];
    expect(findings.map(({ check }) => check)).toEqual([
      ...['database', 'version', 'role', 'migrations', 'clock', 'renewal', 'schedules'],
      ...['queue', 'failed jobs'],
      ...[
        'workers',
        'webhooks',
        'events',
        'stripe account',
        'addresses',
        'staff factors',
        'server',
        'smtp',
        'stripe',
        'SECRET_KEY',
        'METRICS_TOKEN',
      ],
      ...['APP_URL', 'passkeys', 'MAIL_FROM', 'disk'],
    ]);
    expect(findings.filter(({ status }) => status === 'fail').map(({ check }) => check)).toEqual([
      'smtp',
    ]);
  });
});
