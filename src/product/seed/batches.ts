import { PLATFORM_ID } from '../../common/ids';
import type { Transaction } from '../../platform/database/transaction';
import { Random } from './chance/random';
import { firstBusinessId, shareWorld, type Share, type WorldOptions } from './world/world';

/** The rows of a batch share a transaction and one audit row; the triggers write no others. */
const BUSINESSES_A_BATCH = 1_000;
const BATCHES = 7; // a random stream of its own, like those of world.ts

export interface Batch {
  number: number;
  shares: Share[];
}

/** What identifies a world: equal values make equal worlds. */
export type WorldSizes = Pick<WorldOptions, 'seed' | 'businesses' | 'recordings'>;
export type BegunWorld = WorldSizes & { today: string };

export function* batchesOf(world: WorldOptions): Generator<Batch> {
  let batch: Batch = { number: 0, shares: [] };
  for (const share of shareWorld(world)) {
    batch.shares.push(share);
    if (batch.shares.length < BUSINESSES_A_BATCH) continue;
    yield batch;
    batch = { number: batch.number + 1, shares: [] };
  }
  if (batch.shares.length > 0) yield batch;
}

/**
 * Writes the audit row of a batch, whose id is derived from seed and number: one of several processes gets it, and the
 * others wait until it is committed. @returns false when the batch exists already
 */
export async function claimBatch(
  tx: Transaction,
  { seed, businesses, recordings, today }: WorldOptions,
  { number, shares }: Batch,
): Promise<boolean> {
  const world: BegunWorld = { seed, businesses, recordings, today: dayOf(today) };
  const changes = { businesses: [0, shares.length], world: [null, world] };
  const given = [PLATFORM_ID, batchId(seed, number), tx.now, `seed ${seed}`, changes];
  return (await tx.execute(CLAIM, given)) === 1;
}

/** The world of a seed as it was started; null: nothing exists. */
export async function findBegunWorld(tx: Transaction, seed: number): Promise<BegunWorld | null> {
  const [row] = await tx.query<{ world: BegunWorld }>(BEGUN, [PLATFORM_ID, batchId(seed, 0)]);
  return row?.world ?? null;
}

/** Whether its first business exists, also where this command did not create it. */
export async function hasFirstBusiness(tx: Transaction, seed: number): Promise<boolean> {
  const found = await tx.query('SELECT id FROM businesses WHERE id = $1', [firstBusinessId(seed)]);
  return found.length > 0;
}

export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

function batchId(seed: number, number: number): string {
  return new Random(seed, number, BATCHES).id();
}

const CLAIM = `
  INSERT INTO audit_log (business_id, id, at, action, actor, target_type, target_id, changes, request_id)
  VALUES ($1, $2, $3, current_setting('app.action'), current_setting('app.actor')::jsonb, 'world', $4, $5,
          current_setting('app.request_id'))
  ON CONFLICT (business_id, id) DO NOTHING`;

const BEGUN = `SELECT changes -> 'world' -> 1 AS world FROM audit_log WHERE business_id = $1 AND id = $2`;
