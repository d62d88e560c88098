import * as fc from 'fast-check';
import type { Client, DatabaseError } from 'pg';
import type { Response } from 'supertest';
import { admissionSql } from '../../../migrations/generators/admission-v2';
import type { FeatureReset, MeteredFeature } from '../../../src/common/features';
import { newId } from '../../../src/common/ids';
import { DomainError } from '../../../src/common/problem';
import { RequestContext } from '../../../src/common/request-context';
import { AdmissionQueue } from '../../../src/modules/usage/admission-queue';
import { UsageService } from '../../../src/modules/usage/usage.service';
import { Database } from '../../../src/platform/database/database';
import { signUp, type Customer } from '../../support/customers';
import { race, untilAnswered } from '../../support/race';
import { sendRecording } from './recordings';
import { createServiceKey } from '../../support/service-keys';
import { addStaff } from '../../support/staff';
import type { TestApplication } from '../../support/test-application';
import type { TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { createOtherProgram, readCounter, sumEvents } from '../../support/usage';

/* The four ways to count one feature, mixed at random and all at once. */

const WAYS = ['table', 'transaction', 'sql', 'http'] as const;
export type Way = (typeof WAYS)[number];

/** Counts one unit, in its own way. @returns whether it was admitted */
type Count = (index: number) => Promise<boolean>;

export interface CountedFeature {
  key: string;
  resets: FeatureReset;
  /** The table whose rows it counts at flush speed. */
  table: string;
}

/** Recordings have the SDK's route; the others are counted by a table that the test makes, without a route. */
export const RECORDINGS: CountedFeature = {
  key: 'recordings',
  resets: 'period',
  table: 'recordings',
};
export const DAILY: CountedFeature = { key: 'daily_probes', resets: 'day', table: 'daily_probes' };
export const LASTING: CountedFeature = {
  key: 'lasting_probes',
  resets: 'never',
  table: 'lasting_probes',
};

type Poster = Pick<TestApplication, 'post'>;

/** Who counts: each way spreads its calls over all of its own. */
export interface Contestants {
  database: TestDatabase;
  /** Two or more: in them the transactions run, and the flushes of tables without a route. */
  applications: TestApplication[];
  /** Two or more: they get the requests. */
  replicas: Poster[];
  /** Connections of another program. */
  clients: Client[];
  serviceKey: string;
  end: () => Promise<void>;
}

export interface Outcome {
  admitted: number;
  counter: number;
  /** Of the table, and units of events. */
  rows: number;
  /** How many calls each way made. */
  calls: Record<Way, number>;
}

const CLIENTS = [1, 2, 3];

/** @param replicas on the database of the applications; without them, the applications get the requests */
export async function gather(
  applications: TestApplication[],
  replicas: Poster[] = applications,
): Promise<Contestants> {
  const [{ database }] = applications as [TestApplication];
  await makeProbes(database, DAILY);
  await makeProbes(database, LASTING);
  const staff = await addStaff(applications[0]!);
  const { key: serviceKey } = await createServiceKey(applications[0]!, staff);
  const program = await createOtherProgram(database, null);
  const clients = await Promise.all(CLIENTS.map(() => program.connect()));
  return { database, applications, replicas, clients, serviceKey, end: program.drop };
}

/** A metered feature with a table of its own, and the function that admits its rows. */
async function makeProbes(
  database: TestDatabase,
  { key, resets, table }: CountedFeature,
): Promise<void> {
  await database.query(
    `INSERT INTO features (id, name, kind, resets, visibility, is_declared, created_at)
     VALUES ($1, $1, 'metered', $2, 'team', false, now())`,
    [key, resets],
  );
  await database.query(
    `CREATE TABLE ${table} (business_id uuid, id uuid, subscription_id uuid, period_ordinal integer,
       created_at timestamptz, external_id text, PRIMARY KEY (business_id, id))`,
  );
  const columns = [{ name: 'external_id', type: 'text' }];
  const admission = { feature: key, resets, table, columns, idempotentBy: 'external_id' };
  await database.query(admissionSql(admission));
}

/** Three for each of `limit` units, at once, by ways that the seed draws. */
export async function contend(
  contestants: Contestants,
  feature: CountedFeature,
  limit: number,
  seed: number,
): Promise<Outcome> {
  if (feature.resets === 'day') await untilDayIsLong(contestants.database);
  const customer = await signUp(contestants.replicas[0]!);
  await grant(contestants.database, customer, feature, limit);
  const drawn = fc.sample(fc.constantFrom(...WAYS), { seed, numRuns: 3 * limit });
  const ways = waysOf(contestants, feature, customer);
  const admitted = await race(drawn.length, (index) => ways[drawn[index]!](index));
  return {
    admitted: admitted.filter(Boolean).length,
    ...(await readOutcome(contestants.database, customer, feature)),
    calls: Object.fromEntries(
      WAYS.map((way) => [way, drawn.filter((each) => each === way).length]),
    ) as Record<Way, number>,
  };
}

/** At midnight the counter starts again, in the middle of a contest too. */
async function untilDayIsLong(database: TestDatabase): Promise<void> {
  await until('midnight (UTC) has passed', async () => {
    const sql = `SELECT extract(epoch FROM now())::bigint % 86400 < 86400 - 20 AS "isLong"`;
    const [row] = await database.query<{ isLong: boolean }>(sql);
    return row!.isLong;
  });
}

function waysOf(
  { applications, replicas, clients, serviceKey }: Contestants,
  feature: CountedFeature,
  customer: Customer,
): Record<Way, Count> {
  const businessId = customer.business.id;
  const at = <T>(all: T[], index: number): T => all[index % all.length]!;
  const queues = applications.map((application) => probeQueue(application, feature));
  const event = { businessId, feature: feature.key, amount: 1 };
  return {
    table: (index) =>
      feature === RECORDINGS
        ? isCreated(() => sendRecording(at(replicas, index), customer))
        : queueProbe(at(queues, index), businessId),
    transaction: (index) => consumeInTransaction(at(applications, index), feature, businessId),
    sql: (index) => consumeBySql(at(clients, index), feature, businessId),
    http: (index) =>
      isCreated(async () =>
        at(replicas, index).post('/v1/usage-events', serviceKey, { ...event, eventId: newId() }),
      ),
  };
}

async function isCreated(ask: () => Promise<Response>): Promise<boolean> {
  const { status, text } = await untilAnswered(ask);
  if (status !== 201 && status !== 402) throw new Error(`${status} ${text}`);
  return status === 201;
}

interface Probe {
  businessId: string;
  id: string;
}

/** As the product's own queue is made. */
function probeQueue(
  { app }: TestApplication,
  { table }: CountedFeature,
): AdmissionQueue<Probe, string> {
  const database = app.get(Database, { strict: false });
  const flush = RequestContext.job('test.flush');
  const admit = `SELECT item, outcome FROM admit_${table}($1, $2, 0, $3)`;
  return new AdmissionQueue({
    name: 'probes.flush',
    admitAll: async (probes, mayWait) => {
      const items = probes.map(({ businessId, id }, item) => ({
        ...{ item, id, business_id: businessId, external_id: id },
      }));
      const tenants = [...new Set(probes.map(({ businessId }) => businessId))];
      const parameters = [tenants, JSON.stringify(items), mayWait];
      const { rows } = await database.statement(flush, admit, parameters);
      const outcomes = new Map(
        (rows as { item: number; outcome: string }[]).map((row) => [row.item, row.outcome]),
      );
      return probes.map((_, item) => outcomes.get(item) ?? null);
    },
    counterOf: ({ businessId }) => businessId,
    keyOf: ({ id }) => id,
    observe: () => undefined,
  });
}

async function queueProbe(
  queue: AdmissionQueue<Probe, string>,
  businessId: string,
): Promise<boolean> {
  const outcome = await untilFree(() => queue.admit({ businessId, id: newId() }));
  if (outcome !== 'inserted' && outcome !== 'refused') throw new Error(outcome);
  return outcome === 'inserted';
}

async function consumeInTransaction(
  { app }: TestApplication,
  { key, resets }: CountedFeature,
  businessId: string,
): Promise<boolean> {
  const feature: MeteredFeature = { key, name: key, kind: 'metered', resets };
  const context = RequestContext.job('test.consume', businessId);
  const usage = app.get(UsageService, { strict: false });
  const database = app.get(Database, { strict: false });
  return wasAdmitted('quota_exceeded', () =>
    untilFree(() => database.transaction(context, (tx) => usage.consume(tx, feature))),
  );
}

async function consumeBySql(
  client: Client,
  { key }: CountedFeature,
  businessId: string,
): Promise<boolean> {
  const sql = 'SELECT tenantry.consume($1, $2, 1, $3)';
  const parameters = [businessId, key, newId()];
  const ask = () => inTurn(client, () => client.query(sql, parameters));
  return wasAdmitted('TQ402', () => untilFree(ask));
}

const lastOf = new WeakMap<Client, Promise<unknown>>();

/** A connection does one thing at a time. */
function inTurn<T>(client: Client, work: () => Promise<T>): Promise<T> {
  const turn = (lastOf.get(client) ?? Promise.resolve()).then(work);
  lastOf.set(
    client,
    turn.catch(() => undefined),
  );
  return turn;
}

/** @param refusal the code of the one error that is an answer */
async function wasAdmitted(refusal: string, count: () => Promise<unknown>): Promise<boolean> {
  try {
    await count();
    return true;
  } catch (error) {
    if (codeOf(error) === refusal) return false;
    throw error;
  }
}

const BUSY = ['counter_busy', 'TQ503'];

/** Again while others hold the counter: nothing was counted then. */
async function untilFree<T>(count: () => Promise<T>): Promise<T> {
  try {
    return await count();
  } catch (error) {
    if (BUSY.includes(codeOf(error) ?? '')) return untilFree(count);
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof DomainError ? error.code : (error as DatabaseError).code;
}

async function grant(
  database: TestDatabase,
  { subscription }: Customer,
  { key }: CountedFeature,
  limit: number,
): Promise<void> {
  await database.query(
    `UPDATE plans SET grants = grants || jsonb_build_object($2::text, jsonb_build_object('limit', $3::integer, 'mode', 'hard'))
     WHERE id = $1`,
    [subscription.plan.id, key, limit],
  );
}

async function readOutcome(
  database: TestDatabase,
  { business }: Customer,
  { key, table }: CountedFeature,
): Promise<{ counter: number; rows: number }> {
  const [stored] = await database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM ${table} WHERE business_id = $1`,
    [business.id],
  );
  const counter = await readCounter(database, business.id, key);
  const events = await sumEvents(database, business.id, key);
  return { counter: counter?.used ?? 0, rows: stored!.count + events };
}
