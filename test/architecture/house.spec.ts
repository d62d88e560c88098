import { existsSync, readdirSync, readFileSync } from 'node:fs';
import '../../src/app.module';
import { allProblems } from '../../src/common/problem';
import { allSchedules } from '../../src/platform/scheduler/scheduled.decorator';
import * as product from '../product/description';
import { definedProblems, listSources, type SourceFile } from '../support/architecture/sources';

/* Habits of the house that neither the compiler nor the linter knows. */

/** The files that may work across tenants, each with the reason why a tenant's transaction is not enough. */
const ACROSS_TENANTS: Record<string, string> = {
  'src/cli/demo/demo-usage.command.ts': 'the catalogue and plans belong to no tenant',
  ...product.ACROSS_TENANTS,
  'src/demo/race.service.ts': 'the catalogue belongs to no tenant',
  'src/cli/demo/demo-billing.command.ts': 'watches the inbox, which is that of all tenants',
  'src/modules/access/credentials.service.ts': 'finds whose token it is',
  'src/modules/accounts/account.mails.ts': 'mail jobs are about people, who belong to no tenant',
  'src/modules/accounts/accounts.service.ts': 'finds the businesses of who logs in or switches',
  'src/modules/accounts/email-change.mails.ts': 'mail jobs are about people',
  'src/modules/accounts/email-changes.service.ts':
    'an address belongs to a person, not to a tenant',
  'src/modules/accounts/lost-factor.mails.ts': 'mail jobs are about people',
  'src/modules/accounts/lost-factors.service.ts': 'a factor belongs to a person, not to a tenant',
  'src/modules/accounts/own-factors.service.ts': 'a factor belongs to a person, not to a tenant',
  'src/modules/accounts/passkey-login.service.ts': 'no person is known before the passkey is',
  'src/modules/accounts/proven-elsewhere.service.ts': 'finds the businesses of who signs in',
  'src/modules/accounts/reauthentication.service.ts': 'a person proves who they are anywhere',
  'src/modules/accounts/second-step.service.ts': 'finds the businesses of who logs in',
  'src/modules/identity/credential.mails.ts': 'mail jobs are about people and staff',
  'src/modules/identity/second-factors/sign-in-challenges.service.ts': 'a login has no tenant yet',
  'src/modules/staff/staff-passkey-login.service.ts': 'staff belong to no tenant',
  'src/modules/staff/staff-second-factor.service.ts': 'staff belong to no tenant',
  'src/modules/accounts/me.service.ts': "a person's sessions are in all their businesses",
  'src/modules/accounts/recovery.service.ts': 'a password belongs to a person, not to a tenant',
  'src/modules/audit/audit.service.ts': 'staff read every log',
  'src/modules/billing/billing.metrics.ts': 'measures the inbox, which is that of all tenants',
  'src/modules/billing/catalog/catalog.service.ts': 'plans and their prices belong to no tenant',
  'src/modules/billing/commands/ends.service.ts': 'plans have subscribers in all tenants',
  'src/modules/billing/inbox/inbox.service.ts': 'an event names a customer of Stripe, not a tenant',
  'src/modules/billing/commands/new-versions.cron.ts': 'subscribers of a plan are in all tenants',
  'src/modules/billing/commands/stripe-commands.service.ts': 'Stripe knows customers, not tenants',
  'src/modules/billing/account/stripe-account.service.ts':
    'the ids of all tenants are of one account',
  'src/modules/billing/commands/stripe-payments.ts': 'Stripe knows customers, not tenants',
  'src/modules/billing/sync/duplicate-subscriptions.service.ts':
    'prices at Stripe belong to plans, not to tenants',
  'src/modules/billing/sync/sync.service.ts': 'Stripe knows customers, not tenants',
  'src/modules/billing/sync/unseen-periods.cron.ts': 'periods end in all tenants',
  'src/modules/billing/sync/verification.service.ts': 'compares the subscriptions of all tenants',
  'src/modules/events/event-retention.ts': 'deletes old events of all tenants',
  'src/modules/features/features.service.ts': 'the catalogue belongs to no tenant',
  'src/modules/identity/password-costs.ts': 'people and staff belong to no tenant',
  'src/modules/notifications/event-mails.ts': 'mail jobs know an id, and no tenant',
  'src/modules/notifications/subscription.mails.ts': 'mail jobs know no tenant',
  'src/modules/onboarding/onboarding.service.ts': 'makes the tenant, or joins one by its key',
  'src/modules/ops/housekeeping.ts': 'forgets what has run out, of all tenants',
  'src/modules/ops/jobs.service.ts': 'the queue and the audit of it belong to no tenant',
  'src/modules/plans/plan-editing.service.ts': 'plans belong to no tenant, nor do their audit rows',
  'src/modules/service-keys/service-keys.service.ts': 'service keys belong to no tenant',
  'src/modules/sign-in/foreign-tokens.service.ts': 'the owner of a token is unknown',
  'src/modules/sign-in/identity.mails.ts': 'mail jobs are about people',
  'src/modules/sign-in/own-sign-ins.service.ts': 'identities belong to a person, not to a tenant',
  'src/modules/sign-in/people.service.ts': 'finds or makes the person of an identity',
  'src/modules/sign-in/sign-in-flow.service.ts': 'who signs in is not known yet',
  'src/modules/sso/sso.service.ts': 'who signs in belongs to no tenant yet',
  'src/modules/staff/staff-businesses.service.ts': 'staff manage all tenants',
  'src/modules/staff/staff.service.ts': 'staff belong to no tenant',
  'src/modules/streams/stream-hub.ts': 'streams of all tenants are checked in one statement',
  'src/modules/subscriptions/renewal/overdue.service.ts': 'payments are missing in all tenants',
  'src/modules/subscriptions/renewal/reminders.service.ts': 'reminders go to all tenants',
  'src/modules/subscriptions/renewal/renewal.metrics.ts':
    'measures how far renewal is behind, over all',
  'src/modules/subscriptions/renewal/renewal.service.ts': 'renews what is due, of all tenants',
  'src/modules/subscriptions/changes/staff-subscriptions.service.ts': 'staff manage all businesses',
  'src/modules/support-sessions/support-session.mails.ts': 'mail jobs know an id, and no tenant',
  'src/modules/team-members/invitation.mails.ts': 'mail jobs know an id, and no tenant',
  'src/modules/team-members/invitations.service.ts':
    'the holder of a key belongs to no business yet',
  'src/modules/usage/reservations.service.ts': 'reservations expire in all tenants',
  'src/modules/notifications/usage.mails.ts': 'mail jobs know no tenant',
  'src/modules/usage/usage-alerts.service.ts': 'alerts go to all tenants',
  'src/modules/usage/usage-reads.service.ts': 'usage:verify goes through all businesses',
  'src/modules/usage/sql-callers.service.ts': 'roles of other programs belong to no tenant',
  'src/modules/webhooks/dispatch.service.ts': 'endpoints of the installation follow all tenants',
  'src/modules/webhooks/events-behind.metrics.ts': 'the log is that of all tenants',
  'src/modules/webhooks/webhook-endpoints.service.ts':
    'endpoints of the installation belong to no tenant',
  'src/modules/webhooks/webhook-deliveries.service.ts': 'wakes endpoints of all tenants',
  'src/modules/webhooks/webhook.mails.ts': 'mail jobs know an id, and no tenant',
  'src/platform/http/idempotency/idempotency.ts':
    'lends the scope to those above, by runOnPlatform',
};

/** The files that may write outside any transaction. */
const OUTSIDE_TRANSACTIONS: Record<string, string> = {
  'src/modules/usage/usage-events.repository.ts':
    'one call for many tenants, which names them itself',
  ...product.OUTSIDE_TRANSACTIONS,
  'src/platform/database/change-listener.ts': 'a heartbeat writes nothing',
  'src/platform/rate-limit/guess-limiter.ts':
    'a guess counts even where its transaction is rolled back',
};

/** The files that may hold a connection. All others get a transaction from Database. */
const WITH_CONNECTION: Record<string, string> = {
  'src/cli/doctor/examine.ts': 'examines a database that may be too broken for Database',
  'src/demo/usage-race.ts': 'is another program on the database',
  'src/platform/database/change-listener.ts': 'LISTEN is of a session, not of a transaction',
  'src/platform/database/data-source.ts': 'makes the pool',
  'src/platform/database/database.module.ts': 'opens and closes the pool',
  'src/platform/database/database.ts': 'is the way to the data',
  'src/platform/database/migrate.ts': 'runs before there is a Database',
  'src/platform/metrics/pool.metrics.ts': 'counts the connections and uses none',
  'src/platform/queue/job-connections.ts':
    'is the pool of the job queue, which has tables of its own',
  'src/platform/queue/worker-presence.ts': 'its lock is of a session, not of a transaction',
};

const MAXIMUM_LINES = 400;
const EXACT_VERSION = /^(npm:[a-z@/-]+@)?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

const sources = listSources();
/** What runs in production: the tests beside the code are not part of it. */
const code = sources.filter(({ path }) => !path.endsWith('.spec.ts'));

function filesWith(pattern: RegExp): string[] {
  return code
    .filter(({ text }) => pattern.test(withoutComments(text)))
    .map(({ path }) => path)
    .sort();
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

describe('the way to the data', () => {
  it('across tenants is taken by the files on the list', () => {
    const callers = filesWith(/\.(platform|runOnPlatform)\s*(<[^()]*>)?\(/);
    expect(callers).toEqual(Object.keys(ACROSS_TENANTS).sort());
  });

  it('across tenants has a reason that fits into application_name', () => {
    const given = /(?:\bplatform\(|\brunOnPlatform\()\s*\w+,\s*'([^']*)'|\bREASON = '([^']*)'/g;
    const reasons = code.flatMap(({ text }) =>
      [...text.matchAll(given)].map(([, inline, named]) => inline ?? named!),
    );
    expect(reasons.length).toBeGreaterThan(25);
    expect(reasons.filter((reason) => !/^[\x20-\x7e]{1,53}$/.test(reason))).toEqual([]);
  });

  it('outside transactions is taken by the files on the list', () => {
    const callers = filesWith(/\bdatabase\s*\.statement\s*(<[^()]*>)?\(/i);
    expect(callers).toEqual(Object.keys(OUTSIDE_TRANSACTIONS).sort());
  });

  it('without Database is taken by the files on the list', () => {
    const names = String.raw`import (?!type)[^;]*\b(DataSource|Client|Pool|InjectDataSource|InjectRepository)\b[^;]*`;
    const holders = filesWith(new RegExp(`${names} from '(typeorm|pg|@nestjs/typeorm)'`));
    expect(holders).toEqual(Object.keys(WITH_CONNECTION).sort());
  });

  it('has its settings made by Database, migrations and doctor alone', () => {
    const setters = filesWith(/app\.(scope|business_ids)\b/);
    expect(setters.filter((path) => !path.startsWith('src/product/migrations/'))).toEqual([
      'src/platform/database/begin.ts',
    ]);
    expect(filesWith(/\bPLATFORM_OPTIONS\b/)).toEqual([
      'src/cli/doctor/examine.ts',
      'src/platform/database/begin.ts',
      'src/platform/database/migrate.ts',
    ]);
    expect(filesWith(/\.elevated\(/)).toEqual(['src/platform/database/database.ts']);
  });
});

describe('work at times of the clock', () => {
  const SCHEDULING: Record<string, string> = {
    'src/cli/doctor/queue-checks.ts': 'computes when a run was due',
    'src/platform/config/settings.ts': 'checks RENEWAL_CRON',
    'src/platform/scheduler/scheduler.module.ts': 'brings the registry',
    'src/platform/scheduler/scheduler.ts': 'is the scheduler',
  };

  it('is run by the scheduler alone; everything else is @Scheduled', () => {
    expect(filesWith(/from '(cron|@nestjs\/schedule)'/)).toEqual(Object.keys(SCHEDULING).sort());
    expect(filesWith(/@(Cron|Interval|Timeout)\(/)).toEqual([]);
  });

  it('has names of their own', () => {
    const names = allSchedules().map(({ name }) => name);
    const marks = code.flatMap(({ text }) => [...text.matchAll(/^ {2}@Scheduled\(/gm)]);
    expect(names).toContain('subscriptions.renew');
    expect(names).toHaveLength(marks.length);
  });
});

describe('problems', () => {
  const described = definedProblems();

  it('have a stable code in snake_case, a title and a description', () => {
    const faulty = allProblems().filter(
      ({ code: name, title, description }) =>
        !/^[a-z]+(_[a-z]+)*$/.test(name) || !title.trim() || !description.trim(),
    );
    expect(faulty).toEqual([]);
  });

  it('are all loaded with the application, so that the document and the pages have them', () => {
    const loaded = allProblems().map(({ code: name }) => name);
    expect(loaded.length).toBeGreaterThan(20);
    expect(described.map(({ code: name }) => name).sort()).toEqual(loaded);
  });

  it('of a feature are defined in its file of errors', () => {
    const elsewhere = described.filter(
      ({ file }) => /^src\/(modules|product)\//.test(file) && !file.endsWith('.errors.ts'),
    );
    expect(elsewhere).toEqual(
      Object.keys(NOT_IN_ERRORS).map((name) => expect.objectContaining({ code: name }) as object),
    );
  });
  const NOT_IN_ERRORS: Record<string, string> = {
    not_ready: 'readiness.service.ts is all about it',
  };

  it('are in docs/problems.md; `npm run docs` writes it', () => {
    const documented = [
      ...readFileSync('docs/problems.md', 'utf8').matchAll(/^\| \d{3} +\| `([a-z_]+)`/gm),
    ];
    expect(documented.map(([, name]) => name)).toEqual(allProblems().map(({ code: name }) => name));
  });
});

describe('the sources', () => {
  it(`have no file over ${MAXIMUM_LINES} lines: something in it wants its own name`, () => {
    const long = code.filter(({ text }) => linesOf(text) > MAXIMUM_LINES);
    expect(long.map(nameAndLines)).toEqual([]);
  });

  it('have no barrels', () => {
    expect(sources.map(({ path }) => path).filter((path) => path.endsWith('/index.ts'))).toEqual(
      [],
    );
    const forwarding = code.filter(({ text }) => /^export \* from/m.test(text));
    expect(forwarding.map(({ path }) => path)).toEqual([]);
  });

  it('have no folder for what has no name', () => {
    const nameless = sources.filter(({ path }) =>
      /\/(utils?|helpers?|misc|shared|lib)(\/|\.ts$)/.test(path),
    );
    expect(nameless.map(({ path }) => path)).toEqual([]);
  });

  it('have no circle that Nest would have to be told about', () => {
    expect(filesWith(/\bforwardRef\(/)).toEqual([]);
    expect(filesWith(/\bScope\.REQUEST\b/)).toEqual([]);
  });

  it('keep HttpException out of services', () => {
    const throwing = filesWith(
      /\b(HttpException|NotFoundException|ForbiddenException|BadRequestException|ConflictException|UnauthorizedException)\b/,
    );
    expect(throwing).toEqual([
      'src/platform/http/http-server.ts',
      'src/platform/http/problem.filter.ts',
    ]);
  });
});

describe('packages', () => {
  const folders = readdirSync('packages', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `packages/${name}`);
  const sections = [
    'dependencies',
    'devDependencies',
    'optionalDependencies',
    'peerDependencies',
    'overrides',
  ];

  it('are named with exact versions', () => {
    const versions = ['.', ...folders]
      .map((folder) => readJson(`${folder}/package.json`))
      .flatMap((manifest) =>
        sections.flatMap((section) =>
          Object.entries((manifest[section] ?? {}) as Record<string, string>),
        ),
      );
    expect(versions.length).toBeGreaterThan(20);
    expect(versions.filter(([, version]) => !EXACT_VERSION.test(version))).toEqual([]);
  });

  it('are locked by what they hold, not by where they came from', () => {
    const { packages } = readJson('package-lock.json') as {
      packages: Record<string, { resolved?: string; integrity?: string }>;
    };
    const own = ['', ...folders, ...folders.map((folder) => linkOf(folder))];
    const locked = Object.entries(packages).filter(([path]) => !own.includes(path));
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(locked.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
  });

  it('are locked as package.json asks for them', () => {
    const { packages } = readJson('package-lock.json') as { packages: Record<string, object> };
    for (const folder of ['', ...folders]) {
      const manifest = readJson(`${folder || '.'}/package.json`);
      const locked = packages[folder] as Record<string, object | undefined>;
      for (const section of sections.filter((name) => name !== 'overrides'))
        expect([folder, section, locked[section]]).toEqual([folder, section, manifest[section]]);
    }
  });

  /** The client is made from the contract of the application; the others serve any. */
  const CLIENT = 'packages/client';

  it('of this repository have a README, and name nothing of the application', () => {
    for (const folder of folders) expect(existsSync(`${folder}/README.md`)).toBe(true);
    for (const folder of folders.filter((name) => name !== CLIENT)) {
      const files = [...listSources(`${folder}/src`), ...listSources(`${folder}/test`)];
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter(({ text }) => /tenantry|DATABASE_URL/i.test(text))).toEqual([]);
    }
  });

  /** npm links a package of the repository into node_modules by its name. */
  function linkOf(folder: string): string {
    return `node_modules/${readJson(`${folder}/package.json`).name as string}`;
  }
});

function readJson(path: string): Record<string, unknown> {
  expect(existsSync(path)).toBe(true);
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}

function linesOf(text: string): number {
  return text.split('\n').length - 1;
}

function nameAndLines({ path, text }: SourceFile): string {
  return `${path}: ${linesOf(text)} lines`;
}
