import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkClock,
  checkRole,
  checkVersion,
  type Query,
} from '../../src/cli/doctor/database-checks';
import { examine } from '../../src/cli/doctor/examine';
import type { Finding } from '../../src/cli/doctor/finding';
import { checkDisk, judgeRoom } from '../../src/cli/doctor/setting-checks';
import type { Config } from '../../src/platform/config/config';
import { allSchedules } from '../../src/platform/scheduler/scheduled.decorator';
import { insertFailedJob } from '../support/jobs';
import { MailServer } from '../support/mail-server';
import { TestApplication } from '../support/test-application';
import { expectStatus, findingOf, findingsOf, listen } from '../support/doctor';
import { testConfig } from '../support/test-config';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';
import { startWorker } from '../support/worker-application';

/* Each fault is made, and the doctor names it with what to do; without it the same check is well. */

const MEBIBYTE = 1024 * 1024;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const find = (check: string, changes: Partial<Config> = {}) => findingOf(database, check, changes);

/** Makes the fault, runs the check, and reverts it. */
async function findDuring(check: string, fault: string, cure: string): Promise<Finding> {
  await database.query(fault);
  try {
    return await find(check);
  } finally {
    await database.query(cure);
  }
}

describe('the database', () => {
  it('is well when it answers', async () => {
    const findings = await findingsOf(database);
    expectStatus(findings.get('database')!, 'ok', /tenantry_test_\w+ answers/);
    expectStatus(findings.get('version')!, 'ok', /^PostgreSQL \d+\.\d+$/);
    expect(JSON.stringify([...findings])).not.toContain(new URL(database.url).password);
  });

  it('that cannot be reached is the one finding about it; the rest is still checked', async () => {
    const url = 'postgres://nobody:a-password@127.0.0.1:1/nowhere';
    const findings = await findingsOf(database, { databaseUrl: url, databaseDirectUrl: url });
    expectStatus(findings.get('database')!, 'fail', /ECONNREFUSED/, /DATABASE_URL/);
    expect([...findings.keys()]).toEqual(
      expect.arrayContaining([
        ...['server', 'smtp', 'stripe', 'SECRET_KEY', 'METRICS_TOKEN', 'APP_URL', 'MAIL_FROM'],
        'disk',
      ]),
    );
    expect(findings.has('migrations')).toBe(false);
    expect(JSON.stringify([...findings])).not.toContain('a-password');
  });

  it.each([
    [150_000, 'ok'],
    [170_006, 'ok'],
    [149_999, 'fail'],
    [90_624, 'fail'],
  ] as const)('of version %i is %s', (version, status) => {
    expectStatus(checkVersion(version), status, /PostgreSQL \d+\.\d+/, /PostgreSQL 15/);
  });

  it('that does not force row-level security on a table of tenants says which', async () => {
    expectStatus(await find('role'), 'ok', /forced on every table/);
    const force = 'ALTER TABLE api_keys FORCE ROW LEVEL SECURITY';
    const fault = await findDuring('role', force.replace('FORCE', 'NO FORCE'), force);
    expectStatus(fault, 'fail', /not forced on api_keys/, /FORCE ROW LEVEL SECURITY/);
  });

  it.each([
    [{ superuser: true, bypasses: false }, /is a superuser/],
    [{ superuser: false, bypasses: true }, /has BYPASSRLS/],
  ])('whose role is %j says so', async (attributes, detail) => {
    // The role of the tests may make neither: this is the row that PostgreSQL would answer.
    const query = (() => Promise.resolve([{ name: 'root', unforced: [], ...attributes }])) as Query;
    expectStatus(await checkRole(query), 'fail', detail, /NOSUPERUSER NOBYPASSRLS/);
  });

  it('that lacks a migration says which', async () => {
    expectStatus(await find('migrations'), 'ok', /^all \d+ are applied$/);
    const [last] = await database.query<{ timestamp: string; name: string }>(
      'SELECT timestamp, name FROM migrations ORDER BY timestamp DESC LIMIT 1',
    );
    const fault = await findDuring(
      'migrations',
      `DELETE FROM migrations WHERE name = '${last!.name}'`,
      `INSERT INTO migrations (timestamp, name) VALUES (${last!.timestamp}, '${last!.name}')`,
    );
    expectStatus(fault, 'fail', new RegExp(`missing: ${last!.name}`), /cli -- migrate/);
  });

  it('without the tables of the queue says so in each check of them', async () => {
    await database.query('ALTER SCHEMA graphile_worker RENAME TO gone');
    const findings = await findingsOf(database);
    await database.query('ALTER SCHEMA gone RENAME TO graphile_worker');
    for (const check of ['queue', 'failed jobs'])
      expectStatus(findings.get(check)!, 'fail', /could not be checked/, /cli -- migrate/);
  });

  it.each([
    [0, 'ok', /0\.0 s/],
    [4_000, 'ok', /4\.0 s ahead/],
    [-60_000, 'warn', /60\.0 s behind/],
    [301_000, 'fail', /301\.0 s ahead/],
  ] as const)('whose clock is %i ms away is %s', (skewMs, status, detail) => {
    expectStatus(checkClock(skewMs), status, detail, /NTP/);
  });

  it('has its clock compared with that of this machine', async () => {
    const slow = () => Date.now() - 40 * 86_400_000;
    const findings = await examine(testConfig(database.url), slow);
    const clock = findings.find(({ check }) => check === 'clock')!;
    expectStatus(clock, 'fail', /^this machine is 34\d{5}\.\d s behind/, /NTP/);
    expectStatus(await find('clock'), 'ok', /s (ahead of|behind) the database/);
  });
});

describe('the renewal', () => {
  afterEach(() => database.query('DELETE FROM cron_heartbeats'));

  async function beatAgo(interval: string): Promise<void> {
    await database.query(
      `INSERT INTO cron_heartbeats (name, ran_at) VALUES ('subscriptions.renew', now() - $1::interval)`,
      [interval],
    );
  }

  it('that has never run is a warning', async () => {
    expectStatus(await find('renewal'), 'warn', /never run/, /cron/);
  });

  it.each([
    ['10 seconds', '* * * * *', 'ok'],
    ['2 minutes', '* * * * *', 'ok'],
    ['6 minutes', '* * * * *', 'fail'],
  ] as const)('that ran %s ago by %s is %s', async (interval, renewalCron, status) => {
    await beatAgo(interval);
    expectStatus(await find('renewal', { renewalCron }), status, /it last ran at/, /ROLES/);
  });

  it('is late by its own cron: once an hour is enough where that is what was asked for', async () => {
    const renewalCron = '0 * * * *';
    await beatAgo('2 hours');
    expectStatus(await find('renewal', { renewalCron }), 'fail', /missed its schedule/, /ROLES/);
    const intoTheHour = `date_trunc('hour', now())`;
    await database.query(`UPDATE cron_heartbeats SET ran_at = ${intoTheHour}`);
    expectStatus(await find('renewal', { renewalCron }), 'ok', /it last ran at/);
  });

  it('leaves its heartbeat with each run', async () => {
    const server = await TestApplication.start(
      { roles: ['cron'], renewalCron: '* * * * * *' },
      database,
    );
    const beats = () =>
      database.query<{ ran_at: Date }>(
        `SELECT ran_at FROM cron_heartbeats WHERE name = 'subscriptions.renew'`,
      );
    await until('it has run', async () => (await beats()).length === 1);
    const [first] = await beats();
    await until('it has run again', async () => (await beats())[0]!.ran_at > first!.ran_at);
    await server.app.close();
    expectStatus(await find('renewal'), 'ok', /it last ran at/);
  });
});

describe('the other schedules', () => {
  afterEach(() => database.query('DELETE FROM cron_heartbeats'));

  async function allBeatAgo(interval: string): Promise<void> {
    const names = allSchedules().map(({ name }) => name);
    await database.query(
      'INSERT INTO cron_heartbeats (name, ran_at) SELECT name, now() - $2::interval FROM unnest($1::text[]) AS name',
      [names, interval],
    );
  }

  it('that have never run are named', async () => {
    await database.query(`INSERT INTO cron_heartbeats VALUES ('housekeeping.prune', now())`);
    expectStatus(
      await find('schedules'),
      'warn',
      /never run: billing\.\w+, .*subscription\.remind, usage\.\w+, usage\.\w+, webhooks\.\w+$/,
      /log/,
    );
  });

  it('are right at their times', async () => {
    await allBeatAgo('10 seconds');
    expectStatus(await find('schedules'), 'ok', /^\d+ run on schedule$/);
  });

  it('that have missed their schedule are named, and others are not', async () => {
    await allBeatAgo('2 hours');
    const schedules = await find('schedules');
    expectStatus(
      schedules,
      'fail',
      /missed their schedule: .*housekeeping\.prune.*subscription\.remind/,
      /log/,
    );
    await database.query(
      `UPDATE cron_heartbeats SET ran_at = now() - interval '10 seconds' WHERE name <> 'subscription.remind'`,
    );
    expectStatus(
      await find('schedules'),
      'fail',
      /^missed their schedule: subscription\.remind$/,
      /log/,
    );
  });
});

describe('the queue', () => {
  afterEach(() => database.query('DELETE FROM graphile_worker._private_jobs'));

  async function addJobDue(interval: string): Promise<void> {
    await database.query(
      `SELECT graphile_worker.add_job('test.nothing', run_at => now() - $1::interval)`,
      [interval],
    );
  }

  it.each([
    ['1 minute', 'ok'],
    ['6 minutes', 'warn'],
    ['2 hours', 'fail'],
  ] as const)('whose oldest job waits for %s is %s', async (interval, status) => {
    expectStatus(await find('queue'), 'ok', /^0 ready/);
    await addJobDue(interval);
    expectStatus(await find('queue'), status, /^1 ready/, /worker/);
  });

  it('names the jobs that were given up', async () => {
    expectStatus(await find('failed jobs'), 'ok', /^none$/);
    for (const name of ['mail.send', 'mail.send', 'housekeeping.prune'])
      await insertFailedJob(database, { name });
    const finding = await find('failed jobs');
    expectStatus(finding, 'warn', /2 × mail.send, 1 × housekeeping.prune/, /state=failed.*retry/);
  });

  it('without workers is a warning, and a failure when a job waits; a running one fixes it', async () => {
    expectStatus(await find('workers'), 'warn', /none running/, /ROLES/);
    await addJobDue('1 second');
    expectStatus(await find('workers'), 'fail', /1 jobs wait/, /ROLES/);
    const worker = await startWorker(database.url);
    await until('it has said so', async () => (await find('workers')).status === 'ok');
    await worker.close();
    expect((await find('workers')).status).not.toBe('ok');
  });
});

describe('the mail server', () => {
  it('is well when it answers, or when none is asked for', async () => {
    const mail = await MailServer.start();
    expectStatus(await find('smtp', { smtpUrl: mail.url }), 'ok', /127\.0\.0\.1:\d+ answers/);
    await mail.close();
    expectStatus(await find('smtp', { smtpUrl: null }), 'ok', /files/);
  });

  it('that is not there is named without its password', async () => {
    const finding = await find('smtp', { smtpUrl: 'smtp://user:a-password@127.0.0.1:1' });
    expectStatus(finding, 'fail', /127\.0\.0\.1:1: .*ECONNREFUSED/, /SMTP_URL/);
    expect(JSON.stringify(finding)).not.toContain('a-password');
  });

  it('that is something else is found out in seconds', async () => {
    const silent = await listen(createServer());
    const port = new URL(silent.url).port;
    const finding = await find('smtp', { smtpUrl: `smtp://127.0.0.1:${port}` });
    silent.server.closeAllConnections();
    silent.server.close();
    expectStatus(finding, 'fail', /127\.0\.0\.1/, /SMTP_URL/);
  });
});

describe('the disk', () => {
  it.each([
    [10_000 * MEBIBYTE, 'ok'],
    [1024 * MEBIBYTE, 'ok'],
    [1023 * MEBIBYTE, 'warn'],
    [199 * MEBIBYTE, 'fail'],
    [0, 'fail'],
  ] as const)('with %i free bytes is %s', (freeBytes, status) => {
    expectStatus(judgeRoom(freeBytes), status, /\d+ MiB are free/, /DATA_DIR/);
  });

  it('is that of DATA_DIR, also before there is one', async () => {
    const there = await checkDisk({ dataDirectory: tmpdir() });
    const coming = await checkDisk({ dataDirectory: join(tmpdir(), 'not', 'yet', 'there') });
    expect(there.detail).toMatch(/^\d+ MiB are free/);
    expect(coming.status).toBe(there.status);
  });
});

describe('staff factors', () => {
  const fault = `
    INSERT INTO staff_accounts (id, email, name, password_hash, status, created_at)
    VALUES (gen_random_uuid(), 'joan@staff.example', 'Joan', '', 'active', now())`;
  const cure = `DELETE FROM staff_accounts WHERE email = 'joan@staff.example'`;

  it('are asked for where they are required', async () => {
    const required = { staffSecondFactor: 'required' as const };
    await database.query(fault);
    const finding = await findingOf(database, 'staff factors', required);
    expectStatus(finding, 'warn', /without a second factor: joan@staff\.example/, /set one up/);
    expectStatus(await find('staff factors'), 'ok', /optional/);
    await database.query(cure);
    expectStatus(await findingOf(database, 'staff factors', required), 'ok', /all active staff/);
  });
});

describe('addresses', () => {
  const insert = (email: string, key: string | null) =>
    `INSERT INTO users (id, email, email_key, full_name, password_hash, created_at)
     VALUES (gen_random_uuid(), '${email}', ${key ? `'${key}'` : 'NULL'}, 'Ada', '', now())`;

  it('are well where each account has its own', async () => {
    await database.query(insert('rene\u0301e@example.com', 'ren\u00E9e@example.com'));
    expectStatus(await find('addresses'), 'ok', /its own/);
  });

  it('that two accounts from before share are listed, so that the difference shows', async () => {
    const fault = insert('rene\u0301e@b\u00FCcher.example', null);
    const cure = "DELETE FROM users WHERE email LIKE '%b\u00FCcher.example'";
    const shared = /user [0-9a-f-]{36} \(rene\\u0301e@b\\u00fccher\.example for ren\\u00e9e@xn--/;
    expectStatus(await findDuring('addresses', fault, cure), 'warn', shared, /exact spelling/);
  });
});
