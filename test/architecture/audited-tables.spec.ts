import {
  listColumns,
  listTables,
  listTriggers,
  type Column,
  type Trigger,
  applicationColumns,
  tenantTables,
  columnNames,
} from '../support/architecture/catalog';
import * as product from '../product/description';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

/* Which tables the audit log tells of, read from the triggers of a migrated database. */

/** Tables of whose writes the audit log does not tell all, and why. */
const NOT_AUDITED: Record<string, string> = {
  ...product.NOT_AUDITED,
  audit_log: 'is the log',
  billing_operations: 'what they do to the subscription is in the log',
  billing_verifications: 'figures of a comparison',
  checkout_sessions: 'a page is no news; what is bought on it is in the log',
  cron_heartbeats: 'a heartbeat is no news',
  event_counters: 'counters',
  events: 'itself a record of what happened',
  guesses: 'counters',
  idempotency_daily_totals: 'counters',
  idempotency_keys: 'answers that are in the log by their effects',
  mails: 'the reason for each mail is in the log',
  migrations: "TypeORM's own",
  notification_cursors: 'what a person has read is no news',
  notification_mails: 'the event is the reason, and in the log',
  notification_marks: 'what a person has read is no news',
  one_time_keys: 'what a key does is in the log',
  sessions: 'UPDATE is not: their use is no news',
  sign_in_challenges: 'the session that follows is in the log, and each failure',
  sign_ins: 'the session that follows is in the log',
  stripe_prices: 'follow from plans, whose changes are in the log',
  subscription_events: 'itself a record, written by a trigger',
  subscription_periods: 'a plain renewal is recorded by its period row',
  usage_alerts: 'a mail is sent, which is its record',
  usage_days: 'counters',
  usage_event_keys: 'the event is its own record',
  usage_events: 'itself a record of what was counted',
  usage_reservations: 'itself a record, with its end',
  usage_counters: 'what is counted has rows, and renewals have their period row',
  used_passkey_challenges: 'the session or the passkey that follows is in the log',
  user_sessions: 'UPDATE is not: their use is no news',
  webhook_cursors: 'counters',
  webhook_deliveries: 'itself a record of what was sent',
  webhook_endpoint_states: 'changes with each delivery',
  webhook_inbox: 'itself a record of what was received',
};

/** Columns of audited tables whose change alone is not told, and why. */
const SILENT_UPDATES: Record<string, string> = {
  'api_keys.member_id': 'never changes',
  'api_keys.hint': 'changes with token_hash only',
  'api_keys.last_used_at': 'use is no news',
  'billing_accounts.generation': 'changes with deleted_at only',
  'billing_accounts.looks_begun': 'a read is no event',
  'billing_accounts.looks_applied': 'the same',
  'billing_accounts.looked_at': 'the same',
  'billing_accounts.previewed_plan_id': 'a preview is no news',
  'billing_accounts.previewed_at': 'the same',
  'credits.spent': 'what is counted tells it',
  'credits.counted': 'the same',
  'credits.counted_subscription_id': 'the same',
  'credits.counted_ordinal': 'the same',
  'credits.counted_day': 'the same',
  'identities.email': 'never changes',
  'identities.last_used_at': 'use is no news',
  'members.joined_at': 'never changes',
  'members.last_used_at': 'use is no news',
  'passkeys.user_id': 'never changes',
  'passkeys.staff_id': 'never changes',
  'passkeys.credential_id': 'never changes',
  'passkeys.public_key': 'never changes',
  'passkeys.counter': 'the session that it opens is in the log',
  'passkeys.transports': 'never changes',
  'passkeys.is_synced': 'never changes',
  'passkeys.last_used_at': 'use is no news',
  'service_keys.hint': 'changes with token_hash only',
  'service_keys.last_used_at': 'use is no news',
  'subscriptions.plan_version': 'changes with plan_id only',
  'subscriptions.anchor': 'a change of it comes with one of plan or status',
  'subscriptions.cycle': 'a plain renewal is recorded by its period row',
  'subscriptions.period_ordinal': 'the same',
  'subscriptions.period_start': 'the same',
  'subscriptions.period_end': 'the same',
  'subscriptions.trial_reminded_at': 'the mail tells it',
  'subscriptions.runs_until': 'follows from the period, or comes with a change of status',
  'subscriptions.past_due_since': 'comes with a change of status',
  'subscriptions.stripe_subscription_id': 'comes with a change of plan or status',
  'subscriptions.plan_assigned': 'comes with a change of plan',
  'subscriptions.dunning_mails': 'the mail tells it',
  'subscriptions.end_reason': 'comes with a change of the business or the plan',
  'subscriptions.price_told_of_version': 'the mail tells it',
  'subscriptions.cancel_at': 'comes with a change of canceled_at',
  'totp_factors.user_id': 'never changes',
  'totp_factors.staff_id': 'never changes',
  'totp_factors.last_step': 'the session that it opens is in the log',
  'webhook_endpoints.previous_secret': 'changes with secret only',
  'webhook_endpoints.previous_secret_ends_at': 'the same',
  'webhook_endpoints.made_by': 'comes with a change of url or types',
  'webhook_endpoints.enabled_at': 'changes with status only',
};

let database: TestDatabase;
let tables: string[];
let columns: Column[];
let triggers: Trigger[];

beforeAll(async () => {
  database = await createTestDatabase();
  tables = await listTables(database);
  columns = await listColumns(database);
  triggers = await listTriggers(database);
});
afterAll(() => database.drop());

describe('the audit log', () => {
  function auditTriggers(): Trigger[] {
    return triggers.filter(({ calls }) => calls === 'audit_row');
  }

  /** What a trigger records, of INSERT, UPDATE and DELETE. */
  function recordedBy(table: string): string[] {
    const definitions = auditTriggers().filter((trigger) => trigger.table === table);
    return ['INSERT', 'UPDATE', 'DELETE'].filter((event) =>
      definitions.some(({ definition }) =>
        new RegExp(`AFTER .*\\b${event}\\b.* ON `).test(definition),
      ),
    );
  }

  it('tells every write of every table, but for those on the list', () => {
    const whole = tables.filter((table) => recordedBy(table).length === 3);
    const rest = tables.filter((table) => !whole.includes(table));
    expect(rest).toEqual(Object.keys(NOT_AUDITED).sort());
  });

  it('tells the beginning and the end of a session: its use is no news', () => {
    expect(recordedBy('sessions')).toEqual(['INSERT', 'DELETE']);
  });

  it('tells an update of every column, but for those on the list', () => {
    const silent = applicationColumns(columns).filter(({ table, name, isGenerated }) => {
      const columnsOf = /UPDATE OF (.+?) (?:OR|ON) /.exec(definitionOf(table))?.[1];
      const isConstant = isGenerated || ['business_id', 'id', 'created_at'].includes(name);
      return columnsOf !== undefined && !isConstant && !columnsOf.split(', ').includes(name);
    });
    expect(columnNames(silent)).toEqual(Object.keys(SILENT_UPDATES));
  });

  function definitionOf(table: string): string {
    return auditTriggers().find((trigger) => trigger.table === table)?.definition ?? '';
  }

  it('is written row by row, by triggers that are switched on and know the tenant', () => {
    const faulty = auditTriggers().filter(({ table, definition, isEnabled, arguments: given }) => {
      const tenant = table === 'businesses' ? 'id' : 'business_id';
      const expected =
        tenantTables(columns).includes(table) || table === 'businesses' ? tenant : '';
      return !isEnabled || !definition.includes('FOR EACH ROW') || given[1] !== expected;
    });
    expect(faulty).toEqual([]);
  });

  it('names each kind of thing by a word of its own', () => {
    const words = auditTriggers().map(({ arguments: [word] }) => word);
    expect(new Set(words).size).toBe(words.length);
    expect(words.filter((word) => !/^[a-z_]+$/.test(word ?? ''))).toEqual([]);
  });

  it('never tells a secret: hashes, nonces and bytes are masked', () => {
    const secrets = columns.filter(
      ({ name, type }) => type === 'bytea' || /(^|_)(hash|nonce|secret|token|password)$/.test(name),
    );
    const audited = secrets.filter(({ table }) => recordedBy(table).length > 0);
    expect(audited.length).toBeGreaterThan(4);
    const told = audited.filter(({ table, name }) => {
      const trigger = auditTriggers().find((each) => each.table === table);
      return !trigger?.arguments[2]?.split(',').includes(name);
    });
    expect(columnNames(told)).toEqual([]);
  });

  it('masks columns that are there', () => {
    const names = columnNames(columns);
    const masked = auditTriggers().flatMap(({ table, arguments: given }) =>
      (given[2] ?? '')
        .split(',')
        .filter(Boolean)
        .map((name) => `${table}.${name}`),
    );
    expect(masked.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('cannot be changed: by a trigger, and by grants that the owner took from itself', async () => {
    const guards = triggers.filter(({ table }) => table === 'audit_log');
    expect(guards).toMatchObject([{ calls: 'refuse_change', isEnabled: true }]);
    for (const event of ['BEFORE', 'UPDATE', 'DELETE', 'TRUNCATE'])
      expect(guards[0]?.definition).toContain(event);
    const [granted] = await database.query(
      `SELECT has_table_privilege('audit_log', 'UPDATE') AS update, has_table_privilege('audit_log', 'DELETE') AS delete,
              has_table_privilege('audit_log', 'TRUNCATE') AS truncate, has_table_privilege('audit_log', 'INSERT') AS insert`,
    );
    expect(granted).toEqual({ update: false, delete: false, truncate: false, insert: true });
  });
});
