import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { Readings } from '../../platform/metrics/readings';
import { MAXIMUM_TRIES } from './records/inbox-event';

const SCRAPE = RequestContext.job('metrics.read_billing');

interface Reading {
  differences: number | null;
  waiting: number;
  failed: number;
}

/**
 * Whether local subscriptions match Stripe, and whether its events are handled. For the whole installation, from every
 * replica.
 */
@Injectable()
export class BillingMetrics {
  constructor(
    registry: Registry,
    readings: Readings,
    private readonly database: Database,
  ) {
    const differences = new Gauge({
      name: 'billing_differences',
      help: 'Subscriptions that differ from Stripe, as of the last billing:verify',
      registers: [registry],
    });
    const events = new Gauge({
      name: 'webhook_inbox_events',
      help: 'Stripe events without effect so far; failed: all tries are used up',
      labelNames: ['state'],
      registers: [registry],
    });
    readings.add({
      name: 'billing',
      take: () => this.read(),
      show: (reading) => {
        if (!reading) return [differences, events].forEach((gauge) => gauge.reset());
        differences.set(reading.differences ?? 0);
        events.set({ state: 'waiting' }, reading.waiting);
        events.set({ state: 'failed' }, reading.failed);
      },
    });
  }

  private read(): Promise<Reading> {
    return this.database.platform(SCRAPE, 'the inbox is that of all tenants', readInbox);
  }
}

async function readInbox(tx: Transaction): Promise<Reading> {
  const [reading] = await tx.query<Reading>(
    `SELECT (SELECT differences FROM billing_verifications ORDER BY id DESC LIMIT 1) AS differences,
            count(*) FILTER (WHERE tries < $1)::integer AS waiting, count(*) FILTER (WHERE tries >= $1)::integer AS failed
     FROM webhook_inbox WHERE handled_at IS NULL`,
    [MAXIMUM_TRIES],
  );
  return reading!;
}
