import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandHost, spawnCommand, type Call, type Outcome } from '../support/command-line';
import { ServerProcess } from '../support/server-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

// The built commands on databases of their own, some as people start them, most in one process that is started once. Nothing is mocked. `npm test` builds first.

const PRODUCTION = { NODE_ENV: 'production', SMTP_URL: 'smtp://127.0.0.1:2525' };
const SEED = ['seed:demo', '--businesses', '12', '--recordings', '600', '--seed', '7'];

let host: CommandHost;
let directory: string;
let database: TestDatabase;

beforeAll(async () => {
  host = new CommandHost();
  directory = mkdtempSync(join(tmpdir(), 'tenantry-cli-'));
  database = await createTestDatabase();
});

afterAll(async () => {
  await host.stop();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

function callOf(
  parameters: string[],
  environment: Record<string, string> = { DATABASE_URL: database.url },
  input = '',
): Call {
  return { parameters, environment, directory, input };
}

const run = (...of: Parameters<typeof callOf>): Promise<Outcome> => host.run(callOf(...of));
const spawn = (...of: Parameters<typeof callOf>): Promise<Outcome> => spawnCommand(callOf(...of));

async function runJson<T>(...parameters: string[]): Promise<T> {
  const { code, stdout, stderr } = await run([...parameters, '--json']);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

describe('the command line', () => {
  it('answers a wrong call with exit code 2 and the help', async () => {
    const calls = [
      ['subscriptions:reneww'],
      [],
      ['migrate:status', '--yaml'],
      ['staff:create', '--email', 'ada@example.com'],
      ['dev:shift-time', '--business', 'acme', '--days', '3'],
      ['dev:shift-time', '--business', '01890a5d-ac96-774b-bcce-b302099a8057', '--days', '0'],
      ['seed:demo', '--seed', 'one'],
    ];
    for (const outcome of await Promise.all(calls.map((call) => spawn(call)))) {
      expect(outcome).toMatchObject({ code: 2, stdout: '' });
      expect(outcome.stderr).toContain('Usage: ');
    }
  });

  it('shows the help that was asked for with exit code 0', async () => {
    const { code, stdout, stderr } = await spawn(['--help'], {});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('subscriptions:renew');
  });

  it('lists all faults of the configuration and ends with exit code 2', async () => {
    const { code, stderr } = await spawn(['migrate:status'], { PORT: 'x', BCRYPT_COST: '99' });
    expect(code).toBe(2);
    expect(stderr).toContain('PORT');
    expect(stderr).toContain('BCRYPT_COST');
  });

  it('says in one line that the database cannot be reached', async () => {
    const unreachable = { DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/nowhere' };
    const { code, stderr } = await spawn(['usage:verify'], unreachable);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: The database is unavailable.*ECONNREFUSED.*\n$/);
  });
});

describe('migrate', () => {
  it('finds nothing to do on a migrated database', async () => {
    expect(await spawn(['migrate'])).toMatchObject({ code: 0, stderr: '' });
    const status = await runJson<{ name: string; applied: boolean }[]>('migrate:status');
    expect(status.length).toBeGreaterThan(4);
    expect(status.every(({ applied }) => applied)).toBe(true);
  });

  it('says what is missing; production does not go on without it', async () => {
    const outdated = await createTestDatabase();
    await outdated.query('DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations)');
    const environment = { DATABASE_URL: outdated.url };
    const [status, verify] = await Promise.all([
      run(['migrate:status', '--json'], environment),
      run(['usage:verify'], { ...environment, ...PRODUCTION }),
    ]);
    await outdated.drop();
    expect(status.code).toBe(1);
    expect(JSON.parse(status.stdout)).toContainEqual({
      name: expect.any(String) as string,
      applied: false,
    });
    expect(verify).toMatchObject({ code: 1, stdout: '' });
    expect(verify.stderr).toContain('run the command migrate');
  });
});

describe('staff:create', () => {
  const create = (email: string, password: string) =>
    run(
      ['staff:create', '--email', email, '--name', 'Grace Hopper', '--password-stdin'],
      undefined,
      password,
    );

  it('makes an account, prints its id and e-mail, and never the password', async () => {
    const created = await create('grace@example.com', 'a long good password\n');
    const [row] = await database.query<{ id: string; password_hash: string }>(
      `SELECT id, password_hash FROM staff_accounts WHERE email = 'grace@example.com'`,
    );
    expect(created.code).toBe(0);
    expect(created.stdout).toContain(row?.id);
    expect(created.stdout).toContain('grace@example.com');
    expect(created.stdout + created.stderr).not.toContain('a long good password');
    expect(row?.password_hash).toMatch(/^\$2b\$04\$/);
  });

  it('refuses a second account with the same address in one line', async () => {
    await create('ada@example.com', 'a long good password');
    const again = await create('ADA@example.com', 'another good password');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^error: .+\n$/);
  });

  it('cuts one newline off the password and nothing else', async () => {
    const [nine, ten] = await Promise.all([
      create('nine@example.com', 'xq7-bv3mz\n'),
      create('ten@example.com', 'xq7-bv3mz\n\n'),
    ]);
    expect(ten.code).toBe(0);
    expect(nine.code).toBe(1);
    expect(nine.stderr).toContain('password: must have 10 to 128 characters');
  });
});

describe('seed:demo', () => {
  const WORLD = `
    SELECT json_agg(json_build_array(business.id, business.name, person.email, subscription.id, recording.id)
                    ORDER BY business.id, recording.id) AS world
    FROM businesses AS business
    JOIN members AS member ON member.business_id = business.id AND member.role = 'owner'
    JOIN users AS person ON person.id = member.user_id
    JOIN subscriptions AS subscription ON subscription.business_id = business.id
    LEFT JOIN recordings AS recording ON recording.business_id = business.id`;

  it('makes the same world again from the same seed', async () => {
    const other = await createTestDatabase();
    const [first, second] = await Promise.all([run(SEED), run(SEED, { DATABASE_URL: other.url })]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stdout).toMatch(
      /^Seeded 12 businesses with \d+ people and 600 recordings from seed 7 in /,
    );
    expect(first.stdout).toMatch(/^Subscriptions: \d+ active.*\nPlans: \d+ free.*$/m);
    expect(first.stdout).toMatch(
      /password "correct horse battery staple".*\n {2}\S+@\S+\.seed7\.example /,
    );
    const world = await database.query(WORLD);
    expect(world).toEqual(await other.query(WORLD));
    expect(JSON.stringify(world).length).toBeGreaterThan(600 * 100);
    await other.drop();
  });

  it('refuses a world that is there already, and leaves it as it is', async () => {
    const again = await run(SEED);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('this database has the world of seed 7 already');
    expect(await database.query('SELECT id FROM businesses')).toHaveLength(12);
  });

  it('leaves counters that equal their rows', async () => {
    expect(await runJson('usage:verify')).toEqual({ verified: 36, unequal: [] });
  });
});

describe('usage:verify', () => {
  it('lists the businesses that differ and ends with exit code 1', async () => {
    const [wrong] = await database.query<{ business_id: string }>(
      `UPDATE usage_counters SET used = used + 1
       WHERE business_id = (SELECT min(business_id::text)::uuid FROM usage_counters)
         AND feature = 'recordings' RETURNING business_id`,
    );
    const [plain, json] = await Promise.all([
      run(['usage:verify']),
      run(['usage:verify', '--json']),
    ]);
    await database.query(
      "UPDATE usage_counters SET used = used - 1 WHERE business_id = $1 AND feature = 'recordings'",
      [wrong?.business_id],
    );
    expect([plain.code, json.code]).toEqual([1, 1]);
    expect(plain.stdout).toContain(wrong?.business_id);
    expect(plain.stderr).toBe('error: 1 of 36 counters differ\n');
    expect(JSON.parse(json.stdout)).toMatchObject({
      unequal: [{ businessId: wrong?.business_id }],
    });
  });
});

describe('dev:shift-time and subscriptions:renew', () => {
  interface Report {
    renewed: number;
    moved: number;
    expired: number;
    canceled: number;
    behind: number;
  }

  interface Running {
    business_id: string;
    period_ordinal: number;
    period_end: Date;
    days: number;
  }

  const NONE = { renewed: 0, moved: 0, expired: 0, canceled: 0, behind: 0 };
  const RUNNING = `
    SELECT business_id, period_ordinal, period_end, ceil(extract(epoch FROM period_end - now()) / 86400)::integer AS days
    FROM subscriptions
    WHERE status = 'active' AND NOT cancel_at_period_end AND period_ordinal > 2 AND period_end > now()
    ORDER BY business_id LIMIT 1`;

  const shift = (business: string, days: number, environment?: Record<string, string>) =>
    run(['dev:shift-time', '--business', business, '--days', String(days)], environment);

  it('lets a period pass, which is then renewed once', async () => {
    await run(['subscriptions:renew']); // everything that ended today
    const [before] = await database.query<Running>(RUNNING);
    const { business_id: id, period_ordinal: ordinal, days } = before!;
    expect(await shift(id, days)).toMatchObject({ code: 0, stderr: '' });
    expect(await runJson<Report>('subscriptions:renew', '--dry-run')).toMatchObject({ renewed: 1 });
    expect(await runJson<Report>('subscriptions:renew')).toMatchObject({ ...NONE, renewed: 1 });
    expect(await runJson<Report>('subscriptions:renew')).toMatchObject(NONE);
    const periods = await database.query<{ start_time: Date; end_time: Date; ordinal: number }>(
      'SELECT ordinal, start_time, end_time FROM subscription_periods WHERE business_id = $1 ORDER BY ordinal',
      [id],
    );
    expect(periods).toHaveLength(ordinal);
    periods.slice(1).forEach(({ start_time }, index) => {
      expect(start_time).toEqual(periods[index]?.end_time);
    });
    expect(await runJson('usage:verify')).toMatchObject({ unequal: [] });
  });

  it('moves by whole days, and is audited under its own name', async () => {
    const [before] = await database.query<Running>(RUNNING);
    const id = before!.business_id;
    await shift(id, 3);
    const [after] = await database.query<Running>(
      'SELECT period_end FROM subscriptions WHERE business_id = $1',
      [id],
    );
    expect(before!.period_end.getTime() - after!.period_end.getTime()).toBe(3 * 86_400_000);
    const audited = await database.query(
      `SELECT id FROM audit_log WHERE business_id = $1 AND action = 'dev.shift_time' AND target_type = 'subscription'`,
      [id],
    );
    expect(audited.length).toBeGreaterThan(0);
  });

  it('moves invitations and the life of keys that expire, and of no other keys', async () => {
    const [before] = await database.query<Running>(RUNNING);
    const id = before!.business_id;
    await database.query(
      `INSERT INTO api_keys (business_id, id, member_id, name, token_hash, hint, created_at, expires_at)
       SELECT business_id, gen_random_uuid(), id, name, name::bytea, 'hint', now(), expires_at
       FROM members, (VALUES ('lasting', NULL::timestamptz), ('expiring', now() + interval '1 hour')) AS given (name, expires_at)
       WHERE business_id = $1 AND kind = 'sdk'`,
      [id],
    );
    await database.query(
      `INSERT INTO invitations (business_id, id, email, role, nonce, key_hash, created_at, expires_at)
       VALUES ($1, gen_random_uuid(), 'ada@example.com', 'viewer', '', 'hash', now(), now() + interval '1 hour')`,
      [id],
    );
    await shift(id, 1);
    const open = await database.query(
      'SELECT id FROM invitations WHERE business_id = $1 AND expires_at > now()',
      [id],
    );
    expect(open).toEqual([]);
    const live = await database.query<{ name: string }>(
      'SELECT name FROM api_keys WHERE business_id = $1 AND (expires_at IS NULL OR expires_at > now())',
      [id],
    );
    expect(live.map(({ name }) => name)).toEqual(['lasting']);
  });

  it('knows no business that is not there', async () => {
    const missing = await shift('01890a5d-ac96-774b-bcce-b302099a8057', 3);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('there is no business');
  });

  it('is refused in production', async () => {
    const [before] = await database.query<Running>(RUNNING);
    const environment = { ...PRODUCTION, DATABASE_URL: database.url };
    const refused = await shift(before!.business_id, 3, environment);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('production');
    expect(await database.query(RUNNING)).toEqual([before]);
  });
});

describe('generated files', () => {
  it.each([
    ['openapi', 'openapi.json'],
    ['problems', 'docs/problems.md'],
    ['variables', '.env.example'],
  ])(
    '%s writes %s without a database, and finds out when it has drifted',
    async (command, path) => {
      const file = join(directory, path);
      expect((await run([command, '--check'], {})).code).toBe(1);
      expect((await run([command], {})).code).toBe(0);
      const written = readFileSync(file, 'utf8');
      expect(written.endsWith('\n')).toBe(true);
      expect((await run([command, '--check'], {})).code).toBe(0);
      writeFileSync(file, `${written}\n`);
      const drifted = await run([command, '--check'], {});
      expect(drifted.code).toBe(1);
      expect(drifted.stderr).toContain(`npm run cli -- ${command}`);
      expect(readFileSync(file, 'utf8')).toBe(`${written}\n`);
    },
  );

  it('docs names every file that has drifted, and writes all', async () => {
    mkdirSync(join(directory, 'docs'), { recursive: true });
    const page = join(directory, 'docs/configuration.md');
    writeFileSync(page, '<!-- variables -->\n<!-- /variables -->\n');
    expect((await run(['docs'], {})).code).toBe(0);
    expect((await run(['docs', '--check'], {})).code).toBe(0);
    const files = ['openapi.json', 'docs/problems.md', 'docs/permissions.md', '.env.example'];
    for (const file of files) writeFileSync(join(directory, file), '');
    const drifted = await run(['docs', '--check'], {});
    expect(drifted.code).toBe(1);
    for (const file of files) expect(drifted.stderr).toContain(file);
    expect((await run(['docs'], {})).code).toBe(0);
    expect((await run(['docs', '--check'], {})).code).toBe(0);
  });

  it('variables puts its table between the marks of docs/configuration.md', async () => {
    const page = join(directory, 'docs/configuration.md');
    mkdirSync(join(directory, 'docs'), { recursive: true });
    writeFileSync(page, '# Title\n\n<!-- variables -->\n<!-- /variables -->\n\nThe end.\n');
    expect((await run(['variables', '--check'], {})).code).toBe(1);
    expect((await run(['variables'], {})).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toMatch(
      /^# Title\n\n<!-- variables -->\n\n\| Variable .*`BCRYPT_COST`.*\n\n<!-- \/variables -->\n\nThe end\.\n$/s,
    );
    expect((await run(['variables', '--check'], {})).code).toBe(0);
  });
});

describe('demo', () => {
  it('says how to start a server when none is running', async () => {
    const outcome = await spawn(['demo'], {});
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain('npm start');
  });

  it('plays a day to its end against a running server', async () => {
    const server = await ServerProcess.start({ DATABASE_URL: database.url });
    const outcome = await spawn(['demo', '--url', server.url]);
    await server.stop();
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    for (const sign of ['→ 402', '"quota_exceeded"', ': equal.', 'closed', '→ 403'])
      expect(outcome.stdout).toContain(sign);
    expect(outcome.stdout).not.toContain('\x1b');
  });
});
