import { Injectable } from '@nestjs/common';
import { hoursBefore } from '../../common/clock';
import { idsUntil, PLATFORM_ID } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';

/** The action of its audit rows; the trigger writes none for single recordings (migration reads-at-size). */
export const PRUNE_RECORDINGS = 'recording.prune';

const BUSINESSES_A_PAGE = 200;
const RECORDINGS_A_BATCH = 5_000;

interface Page {
  businessIds: string[];
  before: Date;
}

/** Deletes recordings past the retention of the installation. */
@Injectable()
export class RetentionService {
  constructor(private readonly database: Database) {}

  /**
   * Deletes recordings, tombstones too, created before a number of days, batch by batch. Those of a current period
   * stay, since its counter counts them. The external ids of the others become free.
   * @returns how many
   */
  async prune(
    context: RequestContext,
    olderThanDays: number,
    onProgress: (pruned: number) => void,
  ): Promise<number> {
    let pruned = 0;
    let last = PLATFORM_ID;
    for (;;) {
      const page = await this.platform(context, (tx) => readPage(tx, last, olderThanDays));
      if (page.businessIds.length === 0) return pruned;
      for (let batch = -1; batch !== 0;) {
        batch = await this.platform(context, (tx) => pruneBatch(tx, page));
        onProgress((pruned += batch));
      }
      last = page.businessIds.at(-1)!;
    }
  }

  private platform<T>(context: RequestContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.platform(context, 'retention is for all businesses', work);
  }
}

async function readPage(tx: Transaction, afterId: string, olderThanDays: number): Promise<Page> {
  const rows = await tx.query<{ id: string }>(
    'SELECT id FROM businesses WHERE id > $1 ORDER BY id LIMIT $2',
    [afterId, BUSINESSES_A_PAGE],
  );
  return { businessIds: rows.map(({ id }) => id), before: hoursBefore(tx.now, 24 * olderThanDays) };
}

async function pruneBatch(tx: Transaction, { businessIds, before }: Page): Promise<number> {
  const given = [businessIds, before, idsUntil(before), RECORDINGS_A_BATCH, tx.now];
  const [row] = await tx.query<{ pruned: number }>(PRUNE, given);
  return row!.pruned;
}

// Uses the primary key, which is in time order, with a day's margin for clock skew.
const PRUNE = `
  WITH doomed AS MATERIALIZED (
    SELECT old.business_id, old.id
    FROM usage_counters AS counter
    CROSS JOIN LATERAL (
      SELECT business_id, id FROM recordings
      WHERE business_id = counter.business_id AND id < $3 AND created_at < $2
        AND (subscription_id, period_ordinal) <> (counter.subscription_id, counter.period_ordinal)
      ORDER BY id LIMIT $4
    ) AS old
    WHERE counter.business_id = ANY ($1) AND counter.feature = 'recordings'
    LIMIT $4
  ), deleted AS (
    DELETE FROM recordings USING doomed
    WHERE recordings.business_id = doomed.business_id AND recordings.id = doomed.id
    RETURNING recordings.business_id
  ), told AS (
    INSERT INTO audit_log (business_id, id, at, action, actor, target_type, target_id, changes, request_id)
    SELECT business_id, uuid_v7(), $5, '${PRUNE_RECORDINGS}', current_setting('app.actor')::jsonb, 'recording', NULL,
           jsonb_build_object('count', jsonb_build_array(count(*), 0)), current_setting('app.request_id')
    FROM deleted GROUP BY business_id
  )
  SELECT count(*)::integer AS pruned FROM deleted`;
