import * as product from '../product/description';
import { listSources, type SourceFile } from '../support/architecture/sources';
import { createTestDatabase } from '../support/test-database';
import { listTables } from '../support/architecture/catalog';

/*
 * A table belongs to one feature, and SQL elsewhere does not name it. That of a table with an entity is where the entity
 * is; others cannot import the entity as a value (`boundaries`), so what is left to check is SQL.
 */

/** The folders of tables that no entity describes. */
const WITHOUT_ENTITY: Record<string, string> = {
  audit_log: 'src/modules/audit/',
  billing_accounts: 'src/modules/billing/',
  billing_operations: 'src/modules/billing/',
  billing_verifications: 'src/modules/billing/',
  checkout_sessions: 'src/modules/billing/',
  cron_heartbeats: 'src/platform/scheduler/',
  email_changes: 'src/modules/accounts/',
  event_counters: 'src/modules/events/',
  events: 'src/modules/events/',
  factor_resets: 'src/modules/accounts/',
  guesses: 'src/platform/rate-limit/',
  idempotency_daily_totals: 'src/platform/http/',
  identities: 'src/modules/identity/',
  migrations: 'src/platform/database/',
  notification_cursors: 'src/modules/notifications/',
  notification_mails: 'src/modules/notifications/',
  notification_marks: 'src/modules/notifications/',
  notification_preferences: 'src/modules/team-members/',
  one_time_keys: 'src/modules/identity/',
  passkeys: 'src/modules/identity/',
  recovery_codes: 'src/modules/identity/',
  sign_in_challenges: 'src/modules/identity/',
  sign_ins: 'src/modules/sign-in/',
  sso_connections: 'src/modules/sso/',
  sso_domains: 'src/modules/sso/',
  stripe_accounts: 'src/modules/billing/',
  stripe_prices: 'src/modules/billing/',
  subscription_events: 'src/modules/subscriptions/',
  subscription_periods: 'src/modules/subscriptions/',
  sql_callers: 'src/modules/usage/',
  totp_factors: 'src/modules/identity/',
  usage_alerts: 'src/modules/usage/',
  usage_counters: 'src/modules/entitlements/',
  usage_days: 'src/modules/usage/',
  usage_event_keys: 'src/modules/usage/',
  usage_events: 'src/modules/usage/',
  usage_reservations: 'src/modules/usage/',
  used_passkey_challenges: 'src/modules/identity/',
  webhook_cursors: 'src/modules/webhooks/',
  webhook_deliveries: 'src/modules/webhooks/',
  webhook_endpoint_states: 'src/modules/webhooks/',
  webhook_inbox: 'src/modules/billing/',
};

/** Files with SQL that names tables of others: what it reads, what it writes, and why the owner is not asked. */
const ACROSS: Record<string, { reads?: string; writes?: string; reason: string }> = {
  'src/cli/demo/demo-billing.command.ts': {
    reads: 'webhook_inbox',
    reason: 'waits until nothing is left in it',
  },
  'src/cli/demo/demo-usage.command.ts': {
    writes: 'features plans',
    reason: 'its database is its own, and temporary',
  },
  'src/cli/doctor/address-checks.ts': {
    reads: 'staff_accounts users',
    reason: 'runs without the modules: the database may be too broken for them',
  },
  'src/cli/doctor/event-checks.ts': {
    reads: 'event_counters events webhook_cursors webhook_endpoints',
    reason: 'runs without the modules: the database may be too broken for them',
  },
  'src/cli/doctor/network-checks.ts': {
    reads: 'stripe_accounts',
    reason: 'runs without the modules: the database may be too broken for them',
  },
  'src/cli/doctor/queue-checks.ts': {
    reads: 'cron_heartbeats webhook_deliveries webhook_endpoints',
    reason: 'runs without the modules: the database may be too broken for them',
  },
  'src/cli/doctor/sign-in-checks.ts': {
    reads: 'staff_accounts',
    reason: 'runs without the modules: the database may be too broken for them',
  },
  'src/demo/race.service.ts': {
    writes:
      'business_grants features sql_callers usage_counters usage_days usage_event_keys usage_events',
    reason: 'makes a feature for a race in development, and removes all that it counted',
  },
  'src/modules/access/credentials.repository.ts': {
    reads:
      'api_keys businesses members sessions staff_accounts staff_sessions support_sessions users',
    writes: 'service_keys user_sessions',
    reason: 'each request: one statement finds a credential with all that is known of its caller',
  },
  'src/modules/accounts/accounts.repository.ts': {
    reads: 'businesses members support_sessions users',
    reason: 'a login finds, and holds, person, members and businesses in one statement',
  },
  'src/modules/accounts/email-changes.repository.ts': {
    reads: 'users',
    reason: 'no mail goes to an address that another person has, in one statement',
  },
  'src/modules/accounts/lost-factors.repository.ts': {
    reads: 'users',
    reason: 'a mail names the person and the owner, in one statement',
  },
  'src/modules/billing/account/stripe-account.repository.ts': {
    reads: 'subscriptions',
    reason: 'counts over all tenants what depends on the Stripe account',
  },
  'src/modules/billing/commands/ends.service.ts': {
    reads: 'businesses plan_versions plans subscriptions',
    reason: 'finds over all tenants, in one statement, what Stripe has to be told',
  },
  'src/modules/billing/commands/new-versions.cron.ts': {
    reads: 'plan_versions plans subscriptions',
    reason: 'finds over all tenants, in one statement, what Stripe has to be told',
  },
  'src/modules/billing/records/billing-accounts.repository.ts': {
    reads: 'subscriptions',
    reason: 'finds over all tenants, in one statement, whose period Stripe has not told of',
  },
  'src/modules/billing/sync/verification.service.ts': {
    reads: 'subscriptions',
    reason: 'compares the subscriptions of all tenants with Stripe, page by page',
  },
  'src/modules/features/declared-features.ts': {
    writes: 'plans',
    reason: 'a migration gives plans the default grant of a new feature',
  },
  'src/modules/identity/passkeys/passkeys.repository.ts': {
    reads: 'staff_accounts',
    reason: 'the address for the mail about a passkey, of a person or of staff',
  },
  'src/modules/identity/password-costs.ts': {
    reads: 'staff_accounts',
    reason: 'the largest cost of a password, of people or staff, by two indexes in one statement',
  },
  'src/modules/notifications/notifications.repository.ts': {
    reads: 'events members',
    reason: 'what a member has not read of the log, in one statement',
  },
  'src/modules/ops/readiness.service.ts': {
    reads: 'migrations',
    reason: 'readiness asks in one statement',
  },
  'src/modules/sso/sso.repository.ts': {
    reads: 'businesses',
    reason: 'who signs in is told the name of an active business, in one statement',
  },
  'src/modules/staff/staff-businesses.repository.ts': {
    reads: 'businesses members users',
    reason: 'staff search businesses by a member too',
  },
  'src/modules/streams/streams.repository.ts': {
    reads: 'businesses members sessions staff_accounts staff_sessions support_sessions users',
    reason: 'whether the credentials of all open streams are still good, in one statement',
  },
  'src/modules/subscriptions/renewal/reminders.service.ts': {
    reads: 'plan_versions plans',
    reason: 'claims over all tenants, in one statement, whom to notify of a price',
  },
  'src/modules/subscriptions/renewal/renewal.repository.ts': {
    reads: 'plan_versions plans',
    writes: 'usage_counters',
    reason: 'renews many tenants in few statements; a period and its counter change together',
  },
  'src/modules/subscriptions/subscriptions.repository.ts': {
    reads: 'usage_counters',
    reason: 'a period is closed with the usage of its counters, in one statement',
  },
  'src/modules/team-members/invitations.repository.ts': {
    reads: 'businesses users',
    reason: 'the form of an invitation, in one statement',
  },
  'src/modules/team-members/notification-preferences.repository.ts': {
    reads: 'users',
    reason: 'who gets a mail, with the address of the person',
  },
  'src/modules/team-members/team-members.repository.ts': {
    reads: 'users',
    reason: 'a member is shown with the name and address of the person',
  },
  'src/modules/usage/sql-callers.service.ts': {
    reads: 'businesses',
    reason: 'whether a business is there, for a command',
  },
  'src/modules/usage/usage-events.repository.ts': {
    reads: 'features',
    reason: 'keys of what is still allocated are kept; the kind of a feature says so',
  },
  'src/modules/usage/usage-alerts.service.ts': {
    reads: 'usage_counters',
    reason: 'whether the window of an alert is over, for all tenants in one statement',
  },
  'src/modules/usage/usage-reads.repository.ts': {
    reads: 'features',
    writes: 'usage_counters',
    reason:
      'compares counters with what they count, in one snapshot; alerts are settings of a counter',
  },
  'src/modules/usage/reservations.repository.ts': {
    writes: 'usage_counters',
    reason: 'what a reservation holds is a column of its counter',
  },
  'src/modules/webhooks/events-behind.metrics.ts': {
    reads: 'event_counters',
    reason: 'how far the endpoints of all tenants are, in one statement of a scrape',
  },
  ...product.ACROSS_TABLES,
};

/** Files with SQL in which something computed stands where a table could, and what it is. */
const COMPUTED: Record<string, string> = {
  'src/demo/race.service.ts': 'the table that a race is made with',
  'src/demo/usage-race.ts': 'the same',
  'src/modules/access/credentials.repository.ts': 'sessions or api_keys, which is being used',
  'src/modules/subscriptions/renewal/renewal.repository.ts': 'unnest() of the parameters',
  'src/modules/usage/sql-callers.service.ts': 'the role that is granted',
  'src/modules/usage/usage-reads.repository.ts': 'the table that a feature declares to count',
};

/** Made-up data fills all tables; a migration is older than what the code is now. */
const LEFT_OUT = /\.spec\.ts$|^src\/product\/(seed|migrations)\//;
const sources = listSources().filter(({ path }) => !LEFT_OUT.test(path));

/** The folder of each table: `src/modules/plans/`, or that of the part of the platform. */
function ownersOf(files: SourceFile[]): Map<string, string> {
  const owners = new Map(Object.entries(WITHOUT_ENTITY));
  for (const { path, text } of files)
    for (const [, table] of text.matchAll(/@Entity\('(\w+)'\)/g))
      owners.set(table!, folderOf(path));
  return owners;
}

function folderOf(path: string): string {
  return /^src\/\w+\/[^/]+\//.exec(path)![0];
}

/** SQL is written in capitals; a comment may speak of a table. */
const NAMED = /\b(FROM|JOIN|USING|UPDATE|INTO|TABLE|ONLY)\s+(?:ONLY\s+)?([a-z_]+)\b/g;
const WRITTEN = /\b(?:INSERT INTO|(?<!FOR )UPDATE|DELETE FROM|MERGE INTO|TRUNCATE)\s+([a-z_]+)\b/g;

/** Tables of others in the SQL of a file. */
function findForeign({ path, text }: SourceFile, owners: Map<string, string>) {
  const code = text.replace(/\/\*[^]*?\*\/|(^|\s)\/\/.*$/gm, ' ');
  const isForeign = (table: string) => owners.has(table) && !path.startsWith(owners.get(table)!);
  const written = [...code.matchAll(WRITTEN)].map(([, table]) => table!).filter(isForeign);
  const named = [...code.matchAll(NAMED)].map(([, , table]) => table!).filter(isForeign);
  const read = named.filter((table) => !written.includes(table));
  return { reads: unique(read), writes: unique(written) };
}

function unique(tables: string[]): string | undefined {
  return [...new Set(tables)].sort().join(' ') || undefined;
}

const owners = ownersOf(sources);

it('each table has an owner', async () => {
  const database = await createTestDatabase();
  const tables = await listTables(database);
  await database.drop();
  expect([...owners.keys()].sort()).toEqual(tables);
});

it('SQL names tables of its own feature, or the file is on the list with a reason', () => {
  const found = sources.flatMap((source) => {
    const foreign = findForeign(source, owners);
    return foreign.reads || foreign.writes ? [[source.path, foreign] as const] : [];
  });
  const known = Object.entries(ACROSS).map(([path, { reads, writes }]) => [
    path,
    { reads, writes },
  ]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(known));
});

it('SQL names its tables in full, or the file is on the list', () => {
  const computed = sources.filter(({ text }) =>
    /\b(FROM|JOIN|UPDATE|INTO|TABLE)\s+\$\{/.test(text),
  );
  expect(computed.map(({ path }) => path)).toEqual(Object.keys(COMPUTED));
});

it('would find reading and writing of a table of another feature', () => {
  const path = 'src/modules/plans/plans.repository.ts';
  const text = `
    // SELECT FROM members is only spoken of
    const one = \`SELECT FROM plans JOIN members AS member ON true FOR UPDATE\`;
    const two = 'WITH ended AS (UPDATE sessions SET id = NULL) DELETE FROM api_keys USING plan_versions';`;
  expect(findForeign({ path, text }, owners)).toEqual({
    reads: 'members',
    writes: 'api_keys sessions',
  });
});
