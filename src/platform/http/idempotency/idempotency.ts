import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { defineProblem } from '../../../common/problem';
import type { IdempotentRequest, RequestContext } from '../../../common/request-context';
import { SecretBox } from '../../config/secret-box';
import { Database } from '../../database/database';
import type { Transaction } from '../../database/transaction';
import { IdempotencyKey } from './idempotency-key.entity';

const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

export const idempotencyKeyReused = defineProblem({
  code: 'idempotency_key_reused',
  kind: 'invalid',
  title: 'This Idempotency-Key belongs to another request',
  description:
    'The key was used with another method, address or body within 24 hours. Make a new key for each new request.',
});

export const idempotencyKeyInUse = defineProblem({
  code: 'idempotency_key_in_use',
  kind: 'conflict',
  title: 'The first request with this Idempotency-Key is still running',
  description: 'Try again in a moment; the answer of the first request will then be given again.',
});

/** Makes the effect of a POST happen once for each key: the answer is stored in the effect's own transaction. */
@Injectable()
export class Idempotency {
  private readonly secret: Buffer;

  constructor(
    private readonly database: Database,
    private readonly secretBox: SecretBox,
  ) {
    this.secret = secretBox.deriveKey('idempotency');
  }

  /**
   * Runs the work of a POST in one transaction with the memory of its answer. Without a key, just the transaction.
   * @returns the work's answer, or the first one again
   * @throws 409 idempotency_key_in_use, 422 idempotency_key_reused
   */
  run<T>(context: RequestContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(context, (tx) => this.once(tx, work));
  }

  /** The same for work that needs more than one tenant. */
  runOnPlatform<T>(
    context: RequestContext,
    reason: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.database.platform(context, reason, (tx) => this.once(tx, work));
  }

  /**
   * The first answer, if this request was made before. For handlers that check something before their transaction
   * which their own effect changes: a retry would be refused by what it did itself.
   */
  async findAnswer<T>(context: RequestContext): Promise<{ answer: T } | null> {
    const request = context.idempotency;
    if (!request) return null;
    return this.database.transaction(context, async (tx) => {
      const earlier = await findLive(tx, this.idOf(request));
      return earlier && { answer: this.replay<T>(earlier, request) };
    });
  }

  /** Forgets the answers that are older than 24 hours. */
  async prune(context: RequestContext): Promise<number> {
    return this.database.transaction(context, (tx) =>
      tx.execute('DELETE FROM idempotency_keys WHERE created_at < $1', [
        new Date(tx.now.getTime() - KEPT_FOR_MS),
      ]),
    );
  }

  private async once<T>(tx: Transaction, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const request = tx.idempotency;
    if (!request) return work(tx);
    const id = this.idOf(request);
    await claim(tx, id);
    const earlier = await findLive(tx, id);
    if (earlier) return this.replay<T>(earlier, request);
    const answer = await work(tx);
    await this.remember(tx, id, request, answer);
    return answer;
  }

  private idOf({ caller, key }: IdempotentRequest): Buffer {
    return this.digest(`${caller}\n${key}`);
  }

  /** With a secret: the text holds the body, and a plain hash of a known body would let its password be guessed. */
  private digest(text: string): Buffer {
    return createHmac('sha256', this.secret).update(text).digest();
  }

  private replay<T>(earlier: IdempotencyKey, request: IdempotentRequest): T {
    if (!earlier.fingerprint.equals(this.digest(request.fingerprint))) throw idempotencyKeyReused();
    request.replayed = true;
    request.status = earlier.status;
    const answer = JSON.parse(this.secretBox.open(earlier.answer, earlier.id)) as T | null;
    return (answer ?? undefined) as T; // of an empty answer, nothing: null would be sent as `null`
  }

  private async remember(
    tx: Transaction,
    id: Buffer,
    request: IdempotentRequest,
    answer: unknown,
  ): Promise<void> {
    const sealed = this.secretBox.seal(JSON.stringify(answer ?? null), id);
    const { fingerprint, status } = request;
    const row = {
      id,
      fingerprint: this.digest(fingerprint),
      status,
      answer: sealed,
      createdAt: tx.now,
    };
    await tx.repository(IdempotencyKey).upsert(row, ['id']); // an expired one is replaced
  }
}

/** Whoever comes second while the first is running is told so at once, instead of waiting for its lock. */
async function claim(tx: Transaction, id: Buffer): Promise<void> {
  const [row] = await tx.query<{ claimed: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1) AS claimed',
    [id.readBigInt64BE().toString()],
  );
  if (!row?.claimed) throw idempotencyKeyInUse({ headers: { 'Retry-After': '1' } });
}

async function findLive(tx: Transaction, id: Buffer): Promise<IdempotencyKey | null> {
  const row = await tx.repository(IdempotencyKey).findOneBy({ id });
  return row && row.createdAt.getTime() > tx.now.getTime() - KEPT_FOR_MS ? row : null;
}
