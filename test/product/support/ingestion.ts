import { Registry } from 'prom-client';
import { Clock } from '../../../src/common/clock';
import { newId } from '../../../src/common/ids';
import { FlushMetrics } from '../../../src/product/recordings/flush.metrics';
import { IngestionQueue } from '../../../src/product/recordings/ingestion-queue';
import {
  IngestionRepository,
  type Admission,
  type SentRecording,
} from '../../../src/product/recordings/ingestion.repository';
import type { Config } from '../../../src/platform/config/config';
import { openPool, type Pool } from '../../support/pool';

/** The queue of one process over a pool of its own, without HTTP around it. */
export interface OpenQueue {
  queue: IngestionQueue;
  repository: IngestionRepository;
  clock: Clock;
  pool: Pool;
}

export async function openQueue(url: string, changes: Partial<Config> = {}): Promise<OpenQueue> {
  const pool = await openPool(url, [], changes);
  const clock = new Clock();
  const repository = new IngestionRepository(pool.database, clock);
  const queue = new IngestionQueue(repository, new FlushMetrics(new Registry()));
  return { queue, repository, clock, pool };
}

/** A recording as the service gives it to the queue, with ids of its own unless given. */
export function sentBy(businessId: string, changes: Partial<SentRecording> = {}): SentRecording {
  const id = newId();
  return {
    ...{ businessId, id, externalId: `recording-${id}`, applicationId: null },
    ...{ startedAt: new Date(0), durationMs: 1, device: null, metadata: null },
    ...changes,
  };
}

/** How often each outcome came. */
export function tallyOutcomes(admissions: Pick<Admission, 'outcome'>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of admissions) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
