import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Injectable, Logger } from '@nestjs/common';
import { newId } from '../../../common/ids';
import type { DomainError } from '../../../common/problem';
import type { IdempotentRequest, RequestContext } from '../../../common/request-context';
import { SecretBox } from '../../config/secret-box';
import { Database } from '../../database/database';
import type { Transaction } from '../../database/transaction';
import type { IdempotencyKey } from './idempotency-key.entity';
import { IdempotencyKeysRepository, type NewAnswer } from './idempotency-keys.repository';
import {
  idempotencyAnswerNotKept,
  idempotencyKeyInUse,
  idempotencyKeyReused,
} from './idempotency.errors';

const compress = promisify(gzip);
const decompress = promisify(gunzip);
const GZIP_MAGIC = 0x1f; // no JSON begins with it: answers stored before compression was introduced are read as they are
const COMPRESSED_FROM_BYTES = 1024;
const REASON = 'kept answers belong to all tenants';

/** Makes the effect of a POST happen once per key: the answer is stored in the transaction of the effect. */
@Injectable()
export class Idempotency {
  private readonly logger = new Logger(Idempotency.name);
  private readonly secret: Buffer;

  constructor(
    private readonly database: Database,
    private readonly keys: IdempotencyKeysRepository,
    private readonly secretBox: SecretBox,
  ) {
    this.secret = secretBox.deriveKey('idempotency');
  }

  /**
   * Runs the work of a POST and stores its answer in one transaction. Without a key, just the transaction.
   * @returns the work's answer, or the first one again
   * @throws 409 idempotency_key_in_use, idempotency_answer_not_kept, 422 idempotency_key_reused
   */
  async run<T>(context: RequestContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const answer = await this.database.transaction(context, (tx) => this.once(tx, work));
    endClaim(context);
    return answer;
  }

  /** The same for work that needs more than one tenant. */
  async runOnPlatform<T>(
    context: RequestContext,
    reason: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const answer = await this.database.platform(context, reason, (tx) => this.once(tx, work));
    endClaim(context);
    return answer;
  }

  /**
   * The same for work in several transactions, with slow steps between them. Claims the key before the first one, for
   * 60 seconds at most, and releases it where the work fails. Inside, `run` stores the effect with its answer; where
   * the work calls no `run`, its answer is stored afterwards.
   */
  async runInSteps<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
    const earlier = await this.claim<T>(context);
    if (earlier) return earlier.answer;
    try {
      const answer = await work();
      return context.idempotency?.claimId === null
        ? answer
        : await this.run(context, () => Promise.resolve(answer));
    } catch (error) {
      await this.release(context);
      throw error;
    }
  }

  /** Deletes answers older than 24 hours. @returns how many */
  prune(context: RequestContext): Promise<number> {
    return this.database.platform(context, REASON, (tx) => this.keys.prune(tx));
  }

  private async once<T>(tx: Transaction, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const request = tx.idempotency;
    if (!request) return work(tx);
    if (request.claimId) return this.finishClaimed(tx, request, request.claimId, work);
    const earlier = await this.findEarlier<T>(tx, request);
    if (earlier) return earlier.answer;
    const answer = await work(tx);
    const answered = await this.seal(request, answer);
    await this.keys.answerLocked(tx, answered, request.isRepeatable);
    return answer;
  }

  private async finishClaimed<T>(
    tx: Transaction,
    request: IdempotentRequest,
    claimId: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const answer = await work(tx);
    const answered = await this.seal(request, answer);
    if (!(await this.keys.answerClaimed(tx, claimId, answered))) throw inUse();
    return answer;
  }

  /** @returns the first answer, or null once the key is this request's */
  private claim<T>(context: RequestContext): Promise<{ answer: T } | null> {
    const request = context.idempotency!;
    return this.database.transaction(context, async (tx) => {
      const earlier = await this.findEarlier<T>(tx, request);
      if (earlier) return earlier;
      const claim = { id: this.idOf(request), claimId: newId() };
      await this.keys.claim(tx, { ...claim, fingerprint: this.digest(request.fingerprint) });
      request.claimId = claim.claimId;
      return null;
    });
  }

  /** Where the database is unavailable, the claim expires. */
  private async release(context: RequestContext): Promise<void> {
    const { claimId } = context.idempotency!;
    if (!claimId) return;
    const id = this.idOf(context.idempotency!);
    await this.database
      .transaction(context, (tx) => this.keys.release(tx, id, claimId))
      .catch((error: Error) => this.logger.warn(`a key stays taken: ${error.message}`));
  }

  /**
   * Locks the key for this transaction; a second request does not wait for the first.
   * @throws 409 idempotency_key_in_use, idempotency_answer_not_kept, 422 idempotency_key_reused
   */
  private async findEarlier<T>(
    tx: Transaction,
    request: IdempotentRequest,
  ): Promise<{ answer: T } | null> {
    const id = this.idOf(request);
    if (!(await this.keys.tryLock(tx, id))) throw inUse();
    const earlier = await this.keys.findLive(tx, id);
    return earlier && { answer: await this.replay<T>(earlier, request) };
  }

  private async replay<T>(earlier: IdempotencyKey, request: IdempotentRequest): Promise<T> {
    const { status, answer } = earlier;
    if (status === null) throw inUse();
    if (!earlier.fingerprint.equals(this.digest(request.fingerprint))) throw idempotencyKeyReused();
    if (!answer) throw idempotencyAnswerNotKept({ members: { firstStatus: status } });
    const opened = await this.open<T | null>(answer, earlier.id);
    request.replayed = true;
    request.status = status;
    return (opened ?? undefined) as T; // an empty answer stays empty: null would be sent as `null`
  }

  private idOf({ caller, key }: IdempotentRequest): Buffer {
    return this.digest(`${caller}\n${key}`);
  }

  /** Keyed: the text contains the body, and a plain hash would let a password in a known body be guessed. */
  private digest(text: string): Buffer {
    return createHmac('sha256', this.secret).update(text).digest();
  }

  private async seal(request: IdempotentRequest, answer: unknown): Promise<NewAnswer> {
    const id = this.idOf(request);
    const json = Buffer.from(JSON.stringify(answer ?? null));
    const compressed = json.length < COMPRESSED_FROM_BYTES ? json : await compress(json);
    const { status } = request;
    const fingerprint = this.digest(request.fingerprint);
    return { id, fingerprint, status, answer: this.secretBox.seal(compressed, id) };
  }

  private async open<T>(sealed: Buffer, id: Buffer): Promise<T> {
    const opened = this.secretBox.open(sealed, id);
    const json = opened[0] === GZIP_MAGIC ? await decompress(opened) : opened;
    return JSON.parse(json.toString('utf8')) as T;
  }
}

/** Committed: nothing is left to release. */
function endClaim({ idempotency }: RequestContext): void {
  if (idempotency) idempotency.claimId = null;
}

function inUse(): DomainError {
  return idempotencyKeyInUse({ headers: { 'Retry-After': '1' } });
}
