import { Injectable } from '@nestjs/common';
import { hoursAfter } from '../../common/clock';
import type { Transaction } from '../../platform/database/transaction';
import { JobQueue } from '../../platform/queue/job-queue';
import { EndpointStatesRepository } from './endpoint-states.repository';

export const DELIVER = 'webhooks.deliver';
/** The same for endpoints that failed or were slow last, and for new ones: others do not wait for them. */
export const DELIVER_SLOW = 'webhooks.deliver_slow';

const AFTER_LEASE_HOURS = 31 / 3_600;

/** Which endpoint a job serves. */
export interface EndpointPayload {
  businessId: string;
  endpointId: string;
}

/** Enqueues the job that serves an endpoint. */
@Injectable()
export class EndpointWakeup {
  constructor(
    private readonly queue: JobQueue,
    private readonly states: EndpointStatesRepository,
  ) {}

  /** As soon as it can be. */
  async now(tx: Transaction, endpointId: string): Promise<void> {
    await this.enqueue(tx, endpointId, { key: keyOf(endpointId) });
  }

  /** At this moment; not later than a job that waits already. */
  async at(tx: Transaction, endpointId: string, runAt: Date): Promise<void> {
    if (runAt <= tx.now) return this.now(tx, endpointId);
    await this.enqueue(tx, endpointId, { key: keyOf(endpointId), runAt, keepsRunAt: true });
  }

  /** When the lease of the job that serves it has ended: its process may have died. */
  async afterLease(tx: Transaction, endpointId: string): Promise<void> {
    const runAt = hoursAfter(tx.now, AFTER_LEASE_HOURS);
    await this.enqueue(tx, endpointId, { key: `${keyOf(endpointId)}:lease`, runAt });
  }

  private async enqueue(
    tx: Transaction,
    endpointId: string,
    options: Parameters<JobQueue['enqueue']>[3],
  ): Promise<void> {
    const job = (await this.states.isSlow(tx, endpointId)) ? DELIVER_SLOW : DELIVER;
    const payload: EndpointPayload = { businessId: tx.requireBusinessId(), endpointId };
    await this.queue.enqueue(tx, job, { ...payload }, options);
  }
}

function keyOf(endpointId: string): string {
  return `webhooks:${endpointId}`;
}
