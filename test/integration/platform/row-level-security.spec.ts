import { type Client, escapeIdentifier } from 'pg';
import { fillByExample } from '../../support/architecture/examples';
import { operationsOf, readDocument, type Operation } from '../../support/architecture/openapi';
import { refusalOf, withConnection } from '../../support/connection';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { storeRecording } from '../../product/support/recordings';
import { addStaff, openSupport, type StaffMember } from '../../support/staff';
import { FREE_PERIOD_MS, LONG_SESSIONS, renewAll } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* The second wall between tenants: what PostgreSQL itself shows and refuses to the application's role. */

const INSUFFICIENT_PRIVILEGE = '42501';

let server: TestApplication;
let first: Customer;
let second: Customer;
let staff: StaffMember;
let operations: Operation[];
/** Every table with a column business_id, from the catalogue. */
let tables: string[];

beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
  operations = operationsOf(await readDocument(server));
  first = await fill('First');
  second = await fill('Second');
  server.clock.moveBy(FREE_PERIOD_MS);
  await renewAll(server);
  tables = await tenantTables();
});
afterAll(() => server.stop());

/** Real use, so that each table has rows of this business. A table that no POST fills by its example needs a line here. */
async function fill(name: string): Promise<Customer> {
  const customer = await signUp(server, name);
  const made = await fillByExample({ server, staff, customer, serviceKey: '' }, operations);
  await storeRecording(server, customer, { applicationId: made['/v1/applications']! });
  await invite(customer);
  await openSupport(server, staff, customer);
  await grantCredit(customer);
  await grantFeature(customer);
  await bill(customer);
  await recordUnderKey(customer);
  await use(customer);
  await deliver(customer);
  await readNotification(customer);
  await setUpSso(customer);
  return customer;
}

/** A limit of this business beside its plan; no route sets one. */
async function grantFeature({ business: { id } }: Customer): Promise<void> {
  await server.database.query(
    `INSERT INTO business_grants (business_id, id, terms, reason, granted_by, created_at)
     SELECT $1, min(id), '{"limit": 7}', 'by contract', 'staff@example.com', now() FROM features`,
    [id],
  );
}

/** What a checkout and a command leave behind; there is no Stripe here to make them. */
async function bill({ business: { id } }: Customer): Promise<void> {
  await server.database.query(
    `INSERT INTO billing_accounts (business_id, stripe_customer_id, created_at)
     VALUES ($1::uuid, 'cus_' || $1::text, now())`,
    [id],
  );
  await server.database.query(
    `INSERT INTO billing_operations (business_id, id, request, calls, decided_on, created_at)
     VALUES ($1, uuid_v7(), '{}', '[]', '{}', now())`,
    [id],
  );
  await server.database.query(
    `INSERT INTO checkout_sessions (business_id, id, plan_id, plan_version, success_path, cancel_path, trial_days,
                                    stripe_customer_id, created_at)
     SELECT $1::uuid, uuid_v7(), id, version, '/', '/', 0, 'cus_' || $1::text, now() FROM plans WHERE slug = 'pro'`,
    [id],
  );
}

/** What events, reservations and days leave behind, and a role of another program. */
async function use({ business: { id } }: Customer): Promise<void> {
  const ofEvent = `$1, 'recordings', 'e1'`;
  for (const [table, columns, values] of [
    ['sql_callers', 'business_id, role_name', `$1, 'exporter'`],
    ['usage_days', 'business_id, feature, day, used', `$1, 'recordings', '2026-01-01', 1`],
    [
      'usage_alerts',
      'business_id, feature, usage_window, percentage, granted, used, created_at',
      `$1, 'recordings', 'ever', 80, 10, 8, now()`,
    ],
    [
      'usage_event_keys',
      'business_id, feature, event_id, fingerprint, created_at',
      `${ofEvent}, 1, now()`,
    ],
    ['usage_events', 'business_id, feature, event_id, units, created_at', `${ofEvent}, 1, now()`],
    [
      'usage_reservations',
      'business_id, feature, event_id, id, units, status, created_at, expires_at',
      `${ofEvent}, uuid_v7(), 1, 'open', now(), now()`,
    ],
  ] as const)
    await server.database.query(`INSERT INTO ${table} (${columns}) VALUES (${values})`, [id]);
}

/** What the jobs of its webhook endpoint leave behind; they may not have run yet. */
async function deliver({ business: { id } }: Customer): Promise<void> {
  const ofEndpoint = 'FROM webhook_endpoints WHERE business_id = $1 LIMIT 1';
  await server.database.query(
    `INSERT INTO webhook_cursors (business_id, endpoint_id, event_business_id, last_sequence)
     SELECT business_id, id, business_id, 0 ${ofEndpoint} ON CONFLICT DO NOTHING`,
    [id],
  );
  await server.database.query(
    `INSERT INTO webhook_deliveries (business_id, id, endpoint_id, event_id, event_type, body, status, created_at)
     SELECT business_id, uuid_v7(), id, uuid_v7(), 'test', '{}', 'delivered', now() ${ofEndpoint}`,
    [id],
  );
}

/** What its owner has read, and a mail about an event. */
async function readNotification({ business, member }: Customer): Promise<void> {
  const ofOwner = [business.id, member.id];
  for (const [table, columns, values] of [
    ['notification_cursors', 'read_through', '0'],
    ['notification_marks', 'sequence, is_read, marked_at', '1, true, now()'],
    ['notification_preferences', 'type, mail', `'api_key.created', true`],
    ['notification_mails', 'id, sequence, created_at', 'uuid_v7(), 1, now()'],
  ] as const)
    await server.database.query(
      `INSERT INTO ${table} (business_id, member_id, ${columns}) VALUES ($1, $2, ${values})
       ON CONFLICT DO NOTHING`,
      ofOwner,
    );
}

async function setUpSso({ token, business }: Customer): Promise<void> {
  const client = { clientId: 'tenantry', clientSecret: 'a secret' };
  const domains = [`d${business.id}.example`];
  const sso = { issuer: 'https://login.acme.example', ...client, domains };
  expect((await server.send('put', '/v1/business/sso', token).send(sso)).status).toBe(200);
}

async function grantCredit({ business }: Customer): Promise<void> {
  const credit = { feature: 'recordings', amount: 1, reason: 'A gift' };
  const path = `/v1/staff/businesses/${business.id}/credits`;
  expect((await server.post(path, staff.token, credit)).status).toBe(201);
}

async function recordUnderKey({ key }: Customer): Promise<void> {
  const sent = server.post('/v1/recordings', key, aRecording()).set('idempotency-key', 'one');
  expect((await sent).status).toBe(201);
}

async function invite({ token, business }: Customer): Promise<void> {
  const invitation = { email: `guest-of-${business.id}@example.com`, role: 'viewer' };
  expect((await server.post('/v1/invitations', token, invitation)).status).toBe(201);
}

async function tenantTables(): Promise<string[]> {
  const rows = await server.database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'business_id'
     WHERE relkind IN ('r', 'p') AND relnamespace = 'tenantry'::regnamespace ORDER BY relname`,
  );
  return rows.map(({ name }) => escapeIdentifier(name));
}

/** What a query gives for each table; `{table}` stands for its name. */
async function ofEachTable<T>(client: Client, sql: string): Promise<Record<string, T>> {
  const results: Record<string, T> = {};
  for (const table of tables) {
    const { rows } = await client.query<{ result: T }>(sql.replaceAll('{table}', table));
    results[table] = rows[0]!.result;
  }
  return results;
}

function eachTable<T>(value: T): Record<string, T> {
  return Object.fromEntries(tables.map((table) => [table, value]));
}

const COUNT = 'SELECT count(*)::integer AS result FROM {table}';
const OWNERS = `SELECT array_agg(DISTINCT business_id ORDER BY business_id)::text[] AS result FROM {table}`;

it('every table of a tenant is filled, so that what follows proves something', async () => {
  expect(tables).toEqual(expect.arrayContaining(['"recordings"', '"subscription_periods"']));
  await withConnection(server.database.url, { scope: 'platform' }, async (client) => {
    const owners = await ofEachTable<string[]>(client, OWNERS);
    const both = [first.business.id, second.business.id];
    expect(owners).toEqual(eachTable(expect.arrayContaining(both)));
  });
});

describe('without a tenant', () => {
  it('no table shows a row', () =>
    withConnection(server.database.url, {}, async (client) => {
      expect(await ofEachTable(client, COUNT)).toEqual(eachTable(0));
    }));

  it('nor on a connection where one was set before', () =>
    withConnection(server.database.url, {}, async (client) => {
      await client.query('BEGIN');
      await client.query(`SELECT set_config('app.business_ids', $1, true)`, [
        `{${first.business.id}}`,
      ]);
      await client.query('COMMIT');
      expect(await ofEachTable(client, COUNT)).toEqual(eachTable(0));
    }));

  it.each(['businesses', 'users', 'one_time_keys', 'staff_accounts', 'staff_sessions'])(
    'nor does %s',
    async (table) => {
      expect(await server.database.query(`SELECT FROM ${table}`)).not.toHaveLength(0);
      await withConnection(server.database.url, {}, async (client) => {
        expect((await client.query(`SELECT FROM ${table}`)).rowCount).toBe(0);
      });
    },
  );

  it('nothing can be written', () =>
    withConnection(server.database.url, {}, async (client) => {
      const insert = `INSERT INTO applications (business_id, id, name, created_at) VALUES ($1, uuid_v7(), 'x', now())`;
      expect(await refusalOf(client, insert, [first.business.id])).toBe(INSUFFICIENT_PRIVILEGE);
    }));
});

describe('as one tenant', () => {
  function asFirst<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return withConnection(server.database.url, { businessId: first.business.id }, work);
  }

  it('every table shows its rows and no others', () =>
    asFirst(async (client) => {
      expect(await ofEachTable(client, OWNERS)).toEqual(eachTable([first.business.id]));
    }));

  it('the business and its people are seen, others are not', () =>
    asFirst(async (client) => {
      const businesses = await client.query('SELECT id FROM businesses');
      expect(businesses.rows).toEqual([{ id: first.business.id }]);
      const people = await client.query('SELECT email FROM users');
      expect(people.rows).toEqual([{ email: first.email }]);
    }));

  it('a row of the other can be neither changed nor deleted: it is not there', () =>
    asFirst(async (client) => {
      for (const table of tables.filter((name) => name !== '"audit_log"')) {
        for (const verb of [
          `UPDATE ${table} SET business_id = business_id`,
          `DELETE FROM ${table}`,
        ]) {
          const { rowCount } = await client.query(`${verb} WHERE business_id = $1`, [
            second.business.id,
          ]);
          expect([verb, rowCount]).toEqual([verb, 0]);
        }
      }
    }));

  it('no row can be inserted into the other', () =>
    asFirst(async (client) => {
      for (const table of tables) {
        const code = await refusalOf(client, await copyingInto(client, table), [
          second.business.id,
        ]);
        expect([table, code]).toEqual([table, INSUFFICIENT_PRIVILEGE]);
      }
    }));

  /** Makes a row of one's own into one of business $1. */
  async function copyingInto(client: Client, table: string): Promise<string> {
    const { rows } = await client.query<{ columns: string }>(
      `SELECT string_agg(quote_ident(attname), ', ') AS columns FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [table],
    );
    const { columns } = rows[0]!;
    return `
      INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE
      SELECT ${columns} FROM (
        SELECT (jsonb_populate_record(own, jsonb_build_object('business_id', $1::text))).* FROM ${table} AS own LIMIT 1
      ) AS copy`;
  }

  it('no row can be given to the other', () =>
    asFirst(async (client) => {
      for (const table of tables) {
        const code = await refusalOf(client, `UPDATE ${table} SET business_id = $1`, [
          second.business.id,
        ]);
        expect([table, code]).toEqual([table, INSUFFICIENT_PRIVILEGE]);
      }
    }));
});

describe('the role of the application', () => {
  it('is neither a superuser nor exempt from row-level security', async () => {
    const [role] = await server.database.query(
      'SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user',
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false });
  });

  it.each(['UPDATE audit_log SET action = action', 'DELETE FROM audit_log', 'TRUNCATE audit_log'])(
    'may not %s',
    (statement) =>
      withConnection(server.database.url, { scope: 'platform' }, async (client) => {
        expect(await refusalOf(client, statement)).toBe(INSUFFICIENT_PRIVILEGE);
      }),
  );

  it.each(['UPDATE audit_log SET action = action', 'DELETE FROM audit_log', 'TRUNCATE audit_log'])(
    'may not %s even with the privilege, since a trigger refuses',
    (statement) =>
      withConnection(server.database.url, { scope: 'platform' }, async (client) => {
        await client.query('BEGIN');
        await client.query('GRANT UPDATE, DELETE, TRUNCATE ON audit_log TO CURRENT_USER');
        await expect(client.query(statement)).rejects.toThrow('audit_log is append-only');
        await client.query('ROLLBACK');
      }),
  );
});
