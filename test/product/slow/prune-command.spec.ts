import { spawnCommand, type Outcome } from '../../support/command-line';
import { insertTenants } from '../../support/tenants';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/* `recordings:prune` as a process of its own. `npm test` builds it first. */

let database: TestDatabase;
let tenant: string;
beforeAll(async () => {
  database = await createTestDatabase();
  [tenant] = (await insertTenants(database, 1)) as [string];
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE recordings');
  await insertDaysAgo(10);
  await insertDaysAgo(40);
  await insertDaysAgo(41);
});

async function insertDaysAgo(days: number): Promise<void> {
  await database.query(
    `INSERT INTO recordings (business_id, id, external_id, subscription_id, period_ordinal, created_at, started_at, duration_ms)
     SELECT business_id, ('00000000-0000-7000-8000-' || lpad($2, 12, '0'))::uuid, $2,
            id, 0, now() - $2::integer * interval '1 day', now(), 1
     FROM subscriptions WHERE business_id = $1 AND is_current`,
    [tenant, String(days)],
  );
}

async function readExternalIds(): Promise<string[]> {
  const rows = await database.query<{ external_id: string }>('SELECT external_id FROM recordings');
  return rows.map(({ external_id }) => external_id).sort();
}

function prune(...parameters: string[]): Promise<Outcome> {
  return spawnCommand({
    parameters: ['recordings:prune', ...parameters],
    environment: { DATABASE_URL: database.url },
  });
}

it('deletes, and says how many', async () => {
  expect(await prune('--older-than', '30')).toMatchObject({
    code: 0,
    stdout: '2 recordings older than 30 days deleted.\n',
  });
  expect(await readExternalIds()).toEqual(['10']);
  expect(await prune('--older-than', '9')).toMatchObject({
    code: 0,
    stdout: '1 recording older than 9 days deleted.\n',
  });
  expect(await readExternalIds()).toEqual([]);
});

it('says so as JSON', async () => {
  const { code, stdout } = await prune('--older-than', '40', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([0, { pruned: 2 }]);
  expect(await readExternalIds()).toEqual(['10']);
});

it('keeps a hundred years', async () => {
  expect(await prune('--older-than', '36500')).toMatchObject({ code: 0, stderr: '' });
  expect(await readExternalIds()).toHaveLength(3);
});

it.each([
  ['no days', []],
  ['0 days', ['--older-than', '0']],
  ['days before now', ['--older-than', '-1']],
  ['half a day', ['--older-than', '0.5']],
  ['a word', ['--older-than', 'all']],
  ['more than a hundred years', ['--older-than', '36501']],
  ['something else', ['--older-than', '30', '--tenant', 'x']],
])('refuses %s, and deletes nothing', async (_, parameters) => {
  const { code, stdout, stderr } = await prune(...parameters);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Usage: ');
  expect(await readExternalIds()).toHaveLength(3);
});
