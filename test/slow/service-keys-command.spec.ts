import { newId } from '../../src/common/ids';
import { CommandHost, type Outcome } from '../support/command-line';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/* The built command. `npm test` builds first. */

let host: CommandHost;
let database: TestDatabase;
beforeAll(async () => {
  host = new CommandHost();
  database = await createTestDatabase();
});
afterAll(async () => {
  await host.stop();
  await database.drop();
});

function create(...options: string[]): Promise<Outcome> {
  const parameters = ['service-keys:create', '--name', 'Worker', ...options];
  return host.run({ parameters, environment: { DATABASE_URL: database.url } });
}

describe('service-keys:create', () => {
  it('makes a key, and prints it this once', async () => {
    const scopes = ['--scopes', 'entitlements:read, usage:write'];
    const { stdout } = await create(...scopes, '--expires-at', '2100-01-01T00:00:00Z', '--json');
    const created = JSON.parse(stdout) as { id: string; key: string; scopes: string[] };
    expect(created.scopes).toEqual(['usage:write', 'entitlements:read']);
    expect(created.key).toMatch(/^tnv_/);
    const [row] = await database.query<{ hint: string; expires_at: Date }>(
      'SELECT hint, expires_at FROM service_keys WHERE id = $1',
      [created.id],
    );
    expect(row).toEqual({ hint: created.key.slice(-4), expires_at: new Date(Date.UTC(2100, 0)) });
    const inWords = await create(...scopes);
    expect(inWords.stdout).toMatch(/\ntnv_[0-9A-Za-z]{46}\n$/);
  });

  it.each([
    ['an id that is none', ['--business-ids', 'acme'], 'businessIds: must hold UUIDs only'],
    ['an unknown business', ['--business-ids', newId()], 'error: Business not found'],
    ['an end that is no time', ['--expires-at', 'soon'], 'expiresAt: must be a time'],
    ['an unknown scope', ['--scopes', 'reports:write'], 'scopes: each value'],
  ])('refuses %s, and says so', async (_, options, message) => {
    const outcome = await create('--scopes', 'usage:write', ...options);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/^error: /);
    expect(outcome.stderr).toContain(message);
  });
});
