import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { newId } from '../../src/common/ids';
import type { FeatureKind, FeatureReset, Grants } from '../../src/common/features';
import { Clock } from '../../src/common/clock';
import { RequestContext } from '../../src/common/request-context';
import {
  UsageEventsRepository,
  type SentEvent,
} from '../../src/modules/usage/usage-events.repository';
import { SqlCallersService } from '../../src/modules/usage/sql-callers.service';
import type { Config } from '../../src/platform/config/config';
import { openPool, type Pool } from './pool';
import { insertTenants } from './tenants';
import { onCluster } from './test-cluster';
import type { TestDatabase } from './test-database';

/** A feature of the catalogue, as staff would add it. */
export async function insertFeature(
  database: TestDatabase,
  key: string,
  kind: FeatureKind,
  resets: FeatureReset | null = null,
): Promise<void> {
  await database.query(
    `INSERT INTO features (id, name, kind, resets, visibility, is_declared, created_at) VALUES ($1, $1, $2, $3, 'team', false, now())`,
    [key, kind, resets],
  );
}

/** Businesses whose plan grants these. */
export async function insertEntitled(
  database: TestDatabase,
  count: number,
  grants: Grants,
): Promise<string[]> {
  const businesses = await insertTenants(database, count);
  await database.query(
    `UPDATE plans SET grants = grants || $2::jsonb WHERE id IN (SELECT plan_id FROM subscriptions WHERE business_id = ANY ($1))`,
    [businesses, JSON.stringify(grants)],
  );
  return businesses;
}

export interface OpenUsage {
  events: UsageEventsRepository;
  clock: Clock;
  pool: Pool;
}

/** The functions that count events, over a pool of its own. */
export async function openUsage(url: string, changes: Partial<Config> = {}): Promise<OpenUsage> {
  const pool = await openPool(url, [], changes);
  const clock = new Clock();
  return { events: new UsageEventsRepository(pool.database, clock), clock, pool };
}

/** An event as a service sends it, with an id of its own unless given. */
export function eventOf(
  businessId: string,
  feature: string,
  amount = 1,
  changes: Partial<SentEvent> = {},
): SentEvent {
  return {
    ...{ businessId, feature, amount, eventId: `event-${newId()}`, at: null, properties: null },
    ...{ way: { kind: 'consume' } },
    ...changes,
  };
}

export interface CounterRow {
  used: number;
  credited: number;
  reserved: number;
  usedToday: number;
  alertLevel: number;
}

/** Null: it has none yet. */
export async function readCounter(
  database: TestDatabase,
  businessId: string,
  feature: string,
): Promise<CounterRow | null> {
  const [row] = await database.query<CounterRow>(
    `SELECT used::integer, credited::integer, reserved::integer, used_today::integer AS "usedToday", alert_level::integer AS "alertLevel"
     FROM usage_counters WHERE business_id = $1 AND feature = $2`,
    [businessId, feature],
  );
  return row ?? null;
}

/** The units of all events that are stored. */
export async function sumEvents(
  database: TestDatabase,
  businessId: string,
  feature: string,
): Promise<number> {
  const [row] = await database.query<{ sum: number }>(
    'SELECT coalesce(sum(units), 0)::integer AS sum FROM usage_events WHERE business_id = $1 AND feature = $2',
    [businessId, feature],
  );
  return row!.sum;
}

export async function insertCredit(
  database: TestDatabase,
  businessId: string,
  feature: string,
  granted: number,
): Promise<string> {
  const id = newId();
  await database.query(
    `INSERT INTO credits (business_id, id, feature, granted, spent, reason, granted_by, created_at)
     VALUES ($1, $2, $3, $4, 0, 'test', 'test', now())`,
    [businessId, id, feature, granted],
  );
  return id;
}

/** A role of another program, which may log in and nothing else; `grant` is what `sql-callers:grant` does. */
export interface OtherProgram {
  role: string;
  /** With its password. */
  url: string;
  connect: () => Promise<Client>;
  drop: () => Promise<void>;
}

/** Makes a role of another program. @param businessId it may count for this one; null: for all; undefined: for none */
export async function createOtherProgram(
  database: TestDatabase,
  businessId?: string | null,
): Promise<OtherProgram> {
  const role = `program_${randomBytes(4).toString('hex')}`;
  await onCluster(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
  if (businessId !== undefined) await grantTo(database, role, businessId);
  const url = new URL(database.url);
  Object.assign(url, { username: role, password: role });
  const clients: Client[] = [];
  return {
    role,
    url: url.toString(),
    connect: async () => {
      const client = new Client({ connectionString: url.toString() });
      client.on('error', () => undefined); // its database is dropped under it
      clients.push(client);
      await client.connect();
      return client;
    },
    drop: async () => {
      await Promise.all(clients.map((client) => client.end()));
      await database.query(`REVOKE ALL ON ALL FUNCTIONS IN SCHEMA tenantry FROM ${role}`);
      await database.query(`REVOKE ALL ON SCHEMA tenantry FROM ${role}`);
      await onCluster(`DROP ROLE ${role}`);
    },
  };
}

async function grantTo(database: TestDatabase, role: string, businessId: string | null) {
  const pool = await openPool(database.url, []);
  const context = RequestContext.job('usage.grant_sql_caller');
  await new SqlCallersService(pool.database).grant(context, role, businessId);
  await pool.close();
}
