import * as product from '../product/description';
import {
  listColumns,
  listConstraints,
  listForeignKeys,
  listIndexes,
  listRowSecurity,
  listTables,
  type Column,
  type Constraint,
  type Index,
  applicationColumns,
  tenantTables,
  columnNames,
} from '../support/architecture/catalog';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/* Rule 3 of the house, and the habits of its tables, read from pg_catalog of a migrated database. */

/** Whose row it is, in the settings of the transaction, or platform scope. The one wall that all tables share. */
const TENANTS = `(SELECT nullif(current_setting('app.business_ids', true), '')::uuid[])::uuid[]`;
const PLATFORM = `current_setting('app.scope', true) = 'platform'`;
const OF_TENANT = `business_id = ANY (${TENANTS}) OR ${PLATFORM}`;

/** Tables that have another policy than that of a tenant. */
const OTHER_POLICIES: Record<string, { condition: string; reason: string }> = {
  billing_verifications: { condition: PLATFORM, reason: 'figures of the installation' },
  businesses: {
    condition: `id = ANY (${TENANTS}) OR ${PLATFORM}`,
    reason: 'the tenant itself',
  },
  email_changes: { condition: PLATFORM, reason: 'people belong to no tenant' },
  factor_resets: { condition: PLATFORM, reason: 'people belong to no tenant' },
  identities: { condition: PLATFORM, reason: 'people belong to no tenant' },
  one_time_keys: { condition: PLATFORM, reason: 'people belong to no tenant' },
  passkeys: { condition: PLATFORM, reason: 'people belong to no tenant' },
  recovery_codes: { condition: PLATFORM, reason: 'people belong to no tenant' },
  service_keys: { condition: PLATFORM, reason: 'keys of the installation' },
  sign_in_challenges: { condition: PLATFORM, reason: 'people belong to no tenant' },
  sign_ins: { condition: PLATFORM, reason: 'people belong to no tenant' },
  sql_callers: {
    condition: `business_id IS NULL OR business_id = ANY (${TENANTS}) OR ${PLATFORM}`,
    reason: 'a role may count for all businesses',
  },
  staff_accounts: { condition: PLATFORM, reason: 'no tenant may see staff' },
  staff_sessions: { condition: PLATFORM, reason: 'no tenant may see staff' },
  stripe_prices: { condition: PLATFORM, reason: 'plans belong to no tenant' },
  totp_factors: { condition: PLATFORM, reason: 'people belong to no tenant' },
  used_passkey_challenges: { condition: PLATFORM, reason: 'people belong to no tenant' },
  user_sessions: { condition: PLATFORM, reason: 'sessions of people who belong to no tenant' },
  users: {
    condition: `EXISTS (SELECT FROM members WHERE members.user_id = users.id) OR ${PLATFORM}`,
    reason: 'a person may be in several businesses; members has the wall',
  },
  webhook_inbox: { condition: PLATFORM, reason: 'events name customers of Stripe, not tenants' },
};

/** Tables without a policy, and why nothing of a tenant's can be read in them. */
const WITHOUT_POLICY: Record<string, string> = {
  cron_heartbeats: 'times, and of no tenant',
  features: 'the catalogue, the same for all',
  guesses: 'counters under hashes, by rate-limiter-flexible',
  idempotency_keys: 'found by a hash that holds the caller; answers are encrypted under that hash',
  mails: 'ids of what a mail is about, and nothing of it',
  migrations: "TypeORM's own",
  plan_versions: 'offers, the same for all',
  plans: 'offers, the same for all',
  stripe_accounts: 'the account of the installation',
};

/** Indexes of tenants' tables that do not begin with business_id: look-ups that cross tenants. */
const CROSS_TENANT_INDEXES: Record<string, string> = {
  ix_events_created_at: 'housekeeping deletes old events, of all tenants',
  ix_invitations_expiring: 'a job finds what has expired, of all tenants',
  ix_members_user: 'a login finds the businesses of a person',
  ix_sessions_user: 'a new password ends the sessions of a person everywhere',
  ix_subscriptions_due: 'renewal finds what is due, of all tenants',
  ix_subscriptions_runs_until: 'payments that are missing, of all tenants',
  ix_subscriptions_trial_end: 'reminders of trials that end, of all tenants',
  ix_support_sessions_staff_session:
    'the end of a staff session ends the support sessions under it',
  ix_usage_alerts_id: 'a mail job knows an id, and no tenant',
  ix_usage_alerts_unsent: 'a job sends the alerts of all tenants',
  ix_usage_event_keys_created_at: 'housekeeping forgets old keys, of all tenants',
  ix_usage_reservations_open: 'a job ends what has expired, of all tenants',
  ix_webhook_deliveries_created_at: 'housekeeping forgets old deliveries, of all tenants',
  uq_api_keys_token_hash: 'a token is found before its tenant is known',
  uq_billing_accounts_customer: 'an event names a customer before its tenant is known',
  uq_checkout_sessions_stripe: 'no page of Stripe belongs to two tenants',
  uq_invitations_key_hash: 'a key from a mail is found before its tenant is known',
  uq_sessions_token_hash: 'a token is found before its tenant is known',
  uq_sso_connections_id: 'who signs in names it before their tenant is known',
  uq_sso_domains_proven: 'no domain belongs to two tenants',
  uq_subscriptions_stripe: 'no subscription at Stripe pays for two tenants',
  uq_support_sessions_token_hash: 'a token is found before its tenant is known',
};

const WITHOUT_PRIMARY_KEY: Record<string, string> = {
  sql_callers: 'its key has a business that may be null, for all',
  usage_events: 'usage_event_keys is their key; one over partitions would need created_at',
};

/** Columns of time whose names do not end in _at. */
const OTHER_TIMES = [
  'audit_log.at', // the contract's word
  'subscription_events.at',
  'subscription_periods.end_time',
  'subscription_periods.start_time',
  'subscriptions.anchor',
  'subscriptions.past_due_since',
  'subscriptions.period_end',
  'subscriptions.period_start',
  'subscriptions.runs_until',
  'usage_events.at', // the contract's word
];

const PREFIXES: Record<Constraint['type'], string> = {
  p: 'pk_',
  f: 'fk_',
  u: 'uq_',
  c: 'ck_',
  x: 'ex_',
  t: 'tg_',
};

let database: TestDatabase;
let tables: string[];
let columns: Column[];
let indexes: Index[];

beforeAll(async () => {
  database = await createTestDatabase();
  tables = await listTables(database);
  columns = await listColumns(database);
  indexes = await listIndexes(database);
});
afterAll(() => database.drop());

describe('row-level security', () => {
  /** How PostgreSQL writes a condition back, which differs from version to version. */
  async function asWritten(table: string, condition: string): Promise<string> {
    await database.query(`CREATE POLICY reference ON ${table} USING (${condition})`);
    const [row] = await database.query<{ using: string }>(
      `SELECT pg_get_expr(polqual, polrelid) AS using FROM pg_policy
       WHERE polname = 'reference' AND polrelid = $1::regclass`,
      [table],
    );
    await database.query(`DROP POLICY reference ON ${table}`);
    return row!.using;
  }

  function conditionOf(table: string): string | undefined {
    const ofTenant = tenantTables(columns).includes(table) ? OF_TENANT : undefined;
    return OTHER_POLICIES[table]?.condition ?? ofTenant;
  }

  it('is enabled and forced, with exactly the known policy, on every table of a tenant', async () => {
    expect(tenantTables(columns).length).toBeGreaterThan(8);
    const known = tables.filter((table) => conditionOf(table) !== undefined);
    const expected = await Promise.all(
      known.map(async (table) => {
        const condition = await asWritten(table, conditionOf(table)!);
        const policy = { command: '*', permissive: true, roles: ['public'] };
        const policies = [{ ...policy, using: condition, check: condition }];
        return { table, isEnabled: true, isForced: true, policies };
      }),
    );
    const secured = await listRowSecurity(database);
    expect(secured.filter(({ table }) => known.includes(table))).toEqual(expected);
  });

  it('is there, or a reason why not: a new table without business_id needs one', () => {
    const without = tables.filter((table) => conditionOf(table) === undefined);
    expect(without).toEqual(Object.keys(WITHOUT_POLICY));
  });
});

describe('a foreign key between tables of tenants', () => {
  it('has business_id on both sides: its checks do not obey row-level security', async () => {
    const within = (await listForeignKeys(database)).filter(
      ({ from, to }) => tenantTables(columns).includes(from) && tenantTables(columns).includes(to),
    );
    expect(within.length).toBeGreaterThan(5);
    const faulty = within.filter(
      ({ pairs }) =>
        !pairs.some(([own, other]) => own === 'business_id' && other === 'business_id'),
    );
    expect(faulty.map(({ name }) => name)).toEqual([]);
  });
});

describe('the keys and indexes of a table of tenants', () => {
  it('begin with business_id, so that it can be partitioned by it', () => {
    const ofTenants = indexes.filter(({ table }) => tenantTables(columns).includes(table));
    expect(ofTenants.length).toBeGreaterThan(15);
    expect(notByBusiness(ofTenants)).toEqual(Object.keys(CROSS_TENANT_INDEXES));
  });

  it('are found where they do not: of a key, a unique index and an exclusion', async () => {
    await database.query(`
      CREATE TABLE samples (
        business_id uuid, id uuid, slug text,
        CONSTRAINT pk_samples PRIMARY KEY (id), CONSTRAINT uq_samples_slug UNIQUE (slug, business_id),
        CONSTRAINT ex_samples_slug EXCLUDE (slug WITH =), CONSTRAINT uq_samples UNIQUE (business_id, slug))`);
    await database.query('CREATE UNIQUE INDEX uq_samples_lower ON samples (lower(slug))');
    const ofSamples = (await listIndexes(database)).filter(({ table }) => table === 'samples');
    await database.query('DROP TABLE samples');
    expect(notByBusiness(ofSamples)).toEqual([
      'ex_samples_slug',
      'pk_samples',
      'uq_samples_lower',
      'uq_samples_slug',
    ]);
  });

  function notByBusiness(some: Index[]): string[] {
    const others = some.filter(({ columns: [first] }) => first !== 'business_id');
    return others.map(({ name }) => name).sort();
  }

  it('have a primary key of business_id and the own id', () => {
    const primary = indexes.filter(({ constraintType }) => constraintType === 'p');
    const without = tables.filter((table) => !primary.some((index) => index.table === table));
    expect(without).toEqual(Object.keys(WITHOUT_PRIMARY_KEY));
    const ofTenants = primary.filter(({ table }) => tenantTables(columns).includes(table));
    const single = ofTenants.filter((index) => index.columns.length < 2);
    expect(single.map(({ table }) => table)).toEqual([
      'billing_accounts',
      'event_counters',
      'sso_connections',
    ]); // one for each business
  });

  it('have an index for each foreign key to a row which may be deleted', async () => {
    const deletable = ['members', 'sessions', 'staff_sessions'];
    const keys = (await listForeignKeys(database)).filter(({ to }) => deletable.includes(to));
    const slow = keys.filter(
      ({ from, pairs }) =>
        !hasIndex(
          from,
          pairs.map(([own]) => own),
        ),
    );
    expect(slow.map(({ name }) => name)).toEqual(Object.keys(UNINDEXED_KEYS));
  });

  function hasIndex(table: string, names: string[]): boolean {
    const leading = indexes.filter((index) => index.table === table).map((index) => index.columns);
    return leading.some((list) =>
      names.every((name) => list.slice(0, names.length).includes(name)),
    );
  }

  const UNINDEXED_KEYS: Record<string, string> = {
    fk_api_keys_member: 'the sdk member is never deleted',
    fk_invitations_invited_by: 'a business has few invitations',
    fk_support_sessions_member: 'the support member is never deleted',
  };
});

describe('names', () => {
  it('of constraints begin with what they are, and the table', async () => {
    const constraints = await listConstraints(database);
    const faulty = constraints
      .filter(({ table }) => table !== 'migrations')
      .filter(({ table, name, type }) => !isNamedAfter(name, PREFIXES[type], table));
    expect(faulty).toEqual([]);
    const primary = constraints.filter(({ type, table }) => type === 'p' && table !== 'migrations');
    expect(primary.filter(({ table, name }) => name !== `pk_${table}`)).toEqual([]);
  });

  it('of indexes begin with uq_ where they are unique, ix_ otherwise, and the table', () => {
    const alone = indexes.filter(({ constraintType }) => constraintType === null);
    const faulty = alone.filter(
      ({ table, name, isUnique }) => !isNamedAfter(name, isUnique ? 'uq_' : 'ix_', table),
    );
    expect(faulty).toEqual([]);
  });

  it('of tables and columns are full words in snake_case, tables in the plural', () => {
    const names = [...tables, ...columns.map(({ name }) => name)];
    expect(names.filter((name) => !/^[a-z]+(_[a-z]+)*$/.test(name))).toEqual([]);
    expect(tables.filter((table) => !/s$/.test(table))).toEqual(['audit_log', 'webhook_inbox']);
  });

  function isNamedAfter(name: string, prefix: string, table: string): boolean {
    return name === `${prefix}${table}` || name.startsWith(`${prefix}${table}_`);
  }
});

describe('columns', () => {
  it('of time are timestamptz(3): no time without a zone, none finer than the answers show', () => {
    const times = applicationColumns(columns).filter(({ type }) =>
      /^(timestamp|date|time|interval)/.test(type),
    );
    expect(times.length).toBeGreaterThan(20);
    const others = times.filter(({ type }) => type !== 'timestamp(3) with time zone');
    expect(columnNames(others)).toEqual([
      'credits.counted_day',
      'usage_counters.day',
      'usage_counters.today',
      'usage_days.day',
    ]); // in UTC
  });

  it('of time are named …_at, or are on the list; and what is named so is a time', () => {
    const times = applicationColumns(columns).filter(
      ({ type }) => type === 'timestamp(3) with time zone',
    );
    const others = times.filter(({ name }) => !name.endsWith('_at'));
    expect(columnNames(others).sort()).toEqual(OTHER_TIMES);
    const named = applicationColumns(columns).filter(({ name }) => name.endsWith('_at'));
    expect(named.every((column) => times.includes(column))).toBe(true);
  });

  it('of money are whole minor units with their currency beside them', () => {
    const amounts = applicationColumns(columns).filter(({ name }) =>
      /(^|_)(amount|price|cost|fee)$/.test(name),
    );
    expect(columnNames(amounts)).toEqual(['plan_versions.price_amount']);
    const faulty = amounts.filter(({ table, name, type, isNullable }) => {
      const currency = columns.find(
        (each) => each.table === table && each.name === name.replace(/amount$/, 'currency'),
      );
      return type !== 'bigint' || currency?.type !== 'text' || currency.isNullable !== isNullable;
    });
    expect(columnNames(faulty)).toEqual([]);
  });

  it('hold no inexact numbers', () => {
    const inexact = /^(real|double precision|money|numeric)/;
    expect(columnNames(columns.filter(({ type }) => inexact.test(type)))).toEqual([]);
  });

  it('of ids are uuid', () => {
    const ids = applicationColumns(columns).filter(
      ({ name }) => name === 'id' || name.endsWith('_id'),
    );
    const others = ids.filter(({ type }) => type !== 'uuid');
    expect(columnNames(others).sort()).toEqual(
      [
        ...product.IDS_OF_OTHERS,
        'audit_log.request_id', // the caller's own may be any text
        'passkeys.credential_id', // bytes of an authenticator
        'audit_log.target_id', // of any table
        'billing_accounts.stripe_customer_id', // Stripe's, like those of all that is named after it
        'business_grants.id', // the key of a feature
        'checkout_sessions.stripe_customer_id',
        'checkout_sessions.stripe_session_id',
        'features.id', // the key
        'idempotency_keys.id', // a hash
        'sso_connections.client_id', // the provider's
        'stripe_accounts.id',
        'stripe_prices.id',
        'subscriptions.stripe_subscription_id',
        'usage_event_keys.event_id', // the caller's own
        'usage_events.event_id',
        'usage_reservations.event_id',
        'webhook_inbox.customer_id',
        'webhook_inbox.id',
        'webhook_inbox.object_id',
      ].sort(),
    );
  });
});
