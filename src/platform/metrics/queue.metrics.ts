import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { RequestContext } from '../../common/request-context';
import { Database } from '../database/database';
import { Readings } from './readings';

interface QueueState {
  ready: number;
  delayed: number;
  failed: number;
  running: number;
  oldestReadyAgeSeconds: number;
}

const SCRAPE = RequestContext.job('metrics.read_queue');

/** Waiting and running jobs. `delayed` ones are due later, including failed ones that will be retried. */
@Injectable()
export class QueueMetrics {
  private readonly jobs: Gauge<'state'>;
  private readonly oldestReadyAge: Gauge;

  constructor(
    registry: Registry,
    readings: Readings,
    private readonly database: Database,
  ) {
    this.jobs = new Gauge({
      name: 'queue_jobs',
      help: 'Jobs that are ready to run, due later, being done, or given up after their last try',
      labelNames: ['state'],
      registers: [registry],
    });
    this.oldestReadyAge = new Gauge({
      name: 'queue_oldest_ready_job_age_seconds',
      help: 'For how long the oldest job that could run has waited for a worker',
      registers: [registry],
    });
    readings.add({
      name: 'queue',
      take: () => this.read(),
      show: (state) => this.show(state),
    });
  }

  private async read(): Promise<QueueState> {
    const [state] = await this.database.transaction(SCRAPE, (tx) => tx.query<QueueState>(STATE));
    return state!; // an aggregate always has its row
  }

  private show(state: QueueState | null): void {
    if (!state) {
      this.jobs.reset();
      return this.oldestReadyAge.remove();
    }
    this.jobs.set({ state: 'ready' }, state.ready);
    this.jobs.set({ state: 'delayed' }, state.delayed);
    this.jobs.set({ state: 'failed' }, state.failed);
    this.jobs.set({ state: 'running' }, state.running);
    this.oldestReadyAge.set(state.oldestReadyAgeSeconds);
  }
}

// By PostgreSQL's clock, as the queue itself decides what is due. A locked job is running and waits for nothing.
const STATE = `
  SELECT count(*) FILTER (WHERE is_ready)::integer AS ready,
         count(*) FILTER (WHERE waits AND NOT has_failed AND NOT is_due)::integer AS delayed,
         count(*) FILTER (WHERE waits AND has_failed)::integer AS failed,
         count(*) FILTER (WHERE NOT waits)::integer AS running,
         coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE is_ready)), 0)::float8 AS "oldestReadyAgeSeconds"
  FROM graphile_worker.jobs,
       LATERAL (SELECT locked_at IS NULL AS waits, attempts >= max_attempts AS has_failed, run_at <= now() AS is_due) AS job,
       LATERAL (SELECT waits AND is_due AND NOT has_failed AS is_ready) AS state`;
