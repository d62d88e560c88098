import type { Transaction } from '../../platform/database/transaction';
import {
  batchesOf,
  claimBatch,
  dayOf,
  findBegunWorld,
  hasFirstBusiness,
  type Batch,
  type BegunWorld,
} from './batches';
import type { SeedPlan } from './chance/plan-choice';
import { SEEDED_TABLES } from './rows/rows';
import { count, emptyReport, type SeedReport } from './seed-report';
import { SeedWriter } from './seed-writer';
import { makeBusiness, type SeededBusiness, type WorldOptions } from './world/world';

/** The action of its audit rows; the triggers write none for single rows (migration bulk-seeding). */
export const SEED_ACTION = 'seed.demo';
/** Of made-up people outside production: well known, so that logging in to a demo is easy. */
export const SEED_PASSWORD = 'correct horse battery staple';

/** Runs work in a transaction of platform scope; the work may be retried. */
export type InTransaction = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
export type SeedOptions = Omit<WorldOptions, 'today' | 'plans'>;

export interface SeedOutcome {
  report: SeedReport;
  /** The day that all times are relative to. */
  today: string;
  /** Batches that an earlier run had written and that were kept. */
  batchesKept: number;
}

/** The world of a seed exists already, with these sizes if known. */
export class WorldExists extends Error {
  constructor(readonly begun: BegunWorld | null) {
    super('the world of this seed exists already');
  }
}

/**
 * Makes up a world and writes it batch by batch, each in its own transaction. After an interruption, call again:
 * existing batches stay, the rest gets the same ids and the same day.
 * @param onProgress receives how many more businesses and recordings are written
 * @throws WorldExists when it is complete, or was started with other sizes
 */
export async function seedWorld(
  inTransaction: InTransaction,
  options: SeedOptions,
  onProgress: (more: number) => void,
): Promise<SeedOutcome> {
  const world = await inTransaction((tx) => beginOrResume(tx, options));
  const outcome: SeedOutcome = { report: emptyReport(), today: dayOf(world.today), batchesKept: 0 };
  let written = 0;
  await inLanes(batchesOf(world), async (batch) => {
    const { isNew, made } = await inTransaction((tx) => writeBatch(tx, world, batch, onProgress));
    for (const business of made) count(outcome.report, business);
    if (isNew) written += 1;
    else outcome.batchesKept += 1;
    onProgress(batch.shares.length);
  });
  if (written === 0) throw new WorldExists({ ...options, today: outcome.today });
  await inTransaction((tx) => tx.execute(`ANALYZE ${SEEDED_TABLES.join(', ')}`));
  return outcome;
}

/** Two at a time: one batch is computed while the database writes another. */
async function inLanes(
  batches: Generator<Batch>,
  work: (batch: Batch) => Promise<void>,
): Promise<void> {
  const lane = async (): Promise<void> => {
    for (const batch of batches) await work(batch); // shared: each lane takes the next batch
  };
  const ends = await Promise.allSettled([lane(), lane()]);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

async function beginOrResume(tx: Transaction, options: SeedOptions): Promise<WorldOptions> {
  const begun = await findBegunWorld(tx, options.seed);
  if (!begun && (await hasFirstBusiness(tx, options.seed))) throw new WorldExists(null);
  if (begun && !isSameSize(begun, options)) throw new WorldExists(begun);
  return { ...options, plans: await readPlans(tx), today: new Date(begun?.today ?? dayOf(tx.now)) };
}

/** What businesses may be made to subscribe to, in a fixed order. */
export function readPlans(tx: Transaction): Promise<SeedPlan[]> {
  return tx.query<SeedPlan>(PLANS);
}

function isSameSize(one: BegunWorld, other: SeedOptions): boolean {
  return one.businesses === other.businesses && one.recordings === other.recordings;
}

/** Writes all rows of a batch, or none if it exists already. */
async function writeBatch(
  tx: Transaction,
  world: WorldOptions,
  batch: Batch,
  onRecordings: (more: number) => void,
): Promise<{ isNew: boolean; made: SeededBusiness[] }> {
  const isNew = await claimBatch(tx, world, batch);
  const writer = new SeedWriter(tx, onRecordings);
  const made: SeededBusiness[] = [];
  for (const share of batch.shares) {
    const business = makeBusiness(world, share);
    if (isNew) await writer.add(business);
    made.push(business);
  }
  await writer.flush();
  return { isNew, made };
}

function limitSql(feature: string): string {
  return `(coalesce(plans.grants -> '${feature}', '{"limit": 0}') ->> 'limit')::float8`;
}

const PLANS = `
  SELECT plans.id, plans.slug, plans.version, plans.is_default AS "isDefault", plans.is_public AS "isPublic",
         terms.price_amount = 0 AS "isFree", plans.trial_days AS "trialDays",
         json_build_object('unit', terms.interval_unit, 'count', terms.interval_count) AS interval,
         ${limitSql('recordings')} AS "recordingsLimit", ${limitSql('applications')} AS "applicationsLimit",
         ${limitSql('seats')} AS "seatsLimit"
  FROM plans JOIN plan_versions AS terms ON terms.plan_id = plans.id AND terms.version = plans.version
  WHERE plans.archived_at IS NULL ORDER BY plans.slug COLLATE "C"`;
