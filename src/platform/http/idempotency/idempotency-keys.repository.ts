import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config';
import type { Transaction } from '../../database/transaction';
import { IdempotencyKey } from './idempotency-key.entity';

const ONE_DAY_MS = 24 * 60 * 60 * 1000;
/** Far longer than any answer takes (10 s). A killed process releases nothing: a retry then waits this long. */
const CLAIM_HOLDS_MS = 60_000;
/** Of one answer, compressed. All but full batches fit. */
const MAXIMUM_ANSWER_BYTES = 256 * 1024;

/** An answer to be stored. */
export interface NewAnswer {
  id: Buffer;
  fingerprint: Buffer;
  status: number;
  answer: Buffer;
}

/** SQL of `idempotency_keys`, and of `idempotency_daily_totals`, which bounds its size. */
@Injectable()
export class IdempotencyKeysRepository {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Locks the key until the transaction ends, without waiting. @returns whether no other transaction holds it */
  async tryLock(tx: Transaction, id: Buffer): Promise<boolean> {
    const [row] = await tx.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1) AS locked',
      [id.readBigInt64BE().toString()],
    );
    return row!.locked;
  }

  /** The valid row of a key: neither an answer older than 24 hours nor a claim older than a minute. */
  async findLive(tx: Transaction, id: Buffer): Promise<IdempotencyKey | null> {
    const row = await tx.repository(IdempotencyKey).findOneBy({ id });
    if (!row) return null;
    const holdsForMs = row.claimId ? CLAIM_HOLDS_MS : ONE_DAY_MS;
    return row.createdAt.getTime() > tx.now.getTime() - holdsForMs ? row : null;
  }

  /** Marks a key as in progress. Call it with the lock, where no valid row is found. */
  async claim(tx: Transaction, claim: Pick<IdempotencyKey, 'id' | 'fingerprint' | 'claimId'>) {
    const row = { ...claim, status: null, answer: null, createdAt: tx.now };
    await tx.repository(IdempotencyKey).upsert(row, ['id']);
  }

  /** The request failed: the next one with its key starts afresh. */
  async release(tx: Transaction, id: Buffer, claimId: string): Promise<void> {
    await tx.repository(IdempotencyKey).delete({ id, claimId });
  }

  /** Answers a claimed key. @returns false where the claim has expired and another request has taken it */
  async answerClaimed(tx: Transaction, claimId: string, answered: NewAnswer): Promise<boolean> {
    const answer = (await this.takeRoom(tx, answered.answer)) ? answered.answer : null;
    const row = { status: answered.status, answer, claimId: null, createdAt: tx.now };
    const { affected } = await tx
      .repository(IdempotencyKey)
      .update({ id: answered.id, claimId }, row);
    return affected === 1;
  }

  /**
   * Answers a key that this transaction has locked.
   * @param isRepeatable where there is no room for the answer, nothing is stored and a retry repeats the work
   */
  async answerLocked(tx: Transaction, answered: NewAnswer, isRepeatable: boolean): Promise<void> {
    const hasRoom = await this.takeRoom(tx, answered.answer);
    if (!hasRoom && isRepeatable) return;
    const answer = hasRoom ? answered.answer : null;
    const row = { ...answered, answer, claimId: null, createdAt: tx.now };
    await tx.repository(IdempotencyKey).upsert(row, ['id']); // an expired one is replaced
  }

  /** Deletes expired rows. In platform scope. @returns how many answers */
  async prune(tx: Transaction): Promise<number> {
    const before = (ms: number) => new Date(tx.now.getTime() - ms);
    await tx.execute('DELETE FROM idempotency_daily_totals WHERE began_at < $1', [
      before(ONE_DAY_MS),
    ]);
    return tx.execute(
      `DELETE FROM idempotency_keys
       WHERE created_at < $1 OR claim_id IS NOT NULL AND created_at < $2`,
      [before(ONE_DAY_MS), before(CLAIM_HOLDS_MS)],
    );
  }

  /**
   * Counts an answer against the daily total of its business, if it fits. Staff and anonymous callers get small
   * answers only.
   */
  private async takeRoom(tx: Transaction, answer: Buffer): Promise<boolean> {
    if (answer.length > MAXIMUM_ANSWER_BYTES) return false;
    if (!tx.businessId) return true;
    const parameters = [tx.businessId, tx.actor.kind, beginningOfDay(tx.now), answer.length];
    return (await tx.execute(TAKE_ROOM, [...parameters, this.config.idempotencyDailyBytes])) === 1;
  }
}

/** Last in its transaction, so that the requests of one business wait only for each other's commit. */
const TAKE_ROOM = `
  INSERT INTO idempotency_daily_totals AS total (business_id, actor_kind, began_at, bytes)
  VALUES ($1, $2, $3, $4)
  ON CONFLICT (business_id, actor_kind, began_at) DO UPDATE SET bytes = total.bytes + excluded.bytes
  WHERE total.bytes + excluded.bytes <= $5`;

/** In UTC. */
function beginningOfDay(now: Date): Date {
  return new Date(now.getTime() - (now.getTime() % ONE_DAY_MS));
}
