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
import type { SeedPlan } from './plan-choice';
import { SEEDED_TABLES } from './rows';
import { count, emptyReport, type SeedReport } from './seed-report';
import { SeedWriter } from './seed-writer';
import { makeBusiness, type SeededBusiness, type WorldOptions } from './world';

/** Runs work in a transaction of platform scope; work may be run again. */
export type InTransaction = <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
export type SeedOptions = Omit<WorldOptions, 'today' | 'plans'>;

export interface SeedOutcome {
  report: SeedReport;
  /** The day that all times are relative to. */
  today: string;
  /** Batches that an earlier run had written, and that were left as they are. */
  batchesKept: number;
}

/** The world of a seed is there already; of these sizes, if that is known. */
export class WorldExists extends Error {
  constructor(readonly begun: BegunWorld | null) {
    super('the world of this seed is there already');
  }
}

/**
 * Makes up a world and writes it batch by batch, each in a transaction of its own. Whoever is interrupted calls
 * again: what is there stays, the rest comes with the same ids and relative to the same day.
 * @param onProgress is told how many more businesses and recordings are written
 * @throws WorldExists when nothing of it was missing, or it was begun in other sizes
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

/** Two at a time: while the database writes one batch, the next is made up. */
async function inLanes(
  batches: Generator<Batch>,
  work: (batch: Batch) => Promise<void>,
): Promise<void> {
  const lane = async (): Promise<void> => {
    for (const batch of batches) await work(batch); // shared: each batch goes to the lane that asks first
  };
  const ends = await Promise.allSettled([lane(), lane()]);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

async function beginOrResume(tx: Transaction, options: SeedOptions): Promise<WorldOptions> {
  const begun = await findBegunWorld(tx, options.seed);
  if (!begun && (await hasFirstBusiness(tx, options.seed))) throw new WorldExists(null);
  if (begun && !isSameSize(begun, options)) throw new WorldExists(begun);
  const plans = await tx.query<SeedPlan>(PLANS);
  return { ...options, plans, today: new Date(begun?.today ?? dayOf(tx.now)) };
}

function isSameSize(one: BegunWorld, other: SeedOptions): boolean {
  return one.businesses === other.businesses && one.recordings === other.recordings;
}

/** All rows of a batch, or, where they are there already, none. */
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

const PLANS = `
  SELECT plans.id, plans.slug, plans.version, plans.is_default AS "isDefault", plans.is_public AS "isPublic",
         terms.price_amount = 0 AS "isFree", plans.trial_days AS "trialDays",
         json_build_object('unit', terms.interval_unit, 'count', terms.interval_count) AS interval,
         plans.recordings_limit::float8 AS "recordingsLimit", plans.applications_limit::float8 AS "applicationsLimit",
         plans.seats_limit::float8 AS "seatsLimit"
  FROM plans JOIN plan_versions AS terms ON terms.plan_id = plans.id AND terms.version = plans.version
  WHERE plans.archived_at IS NULL ORDER BY plans.slug COLLATE "C"`;
