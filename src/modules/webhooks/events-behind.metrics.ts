import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { Readings } from '../../platform/metrics/readings';

const SCRAPE = RequestContext.job('metrics.read_events_behind');
const STATES = ['new', 'due', 'delayed'] as const;

type Behind = Record<(typeof STATES)[number], number>;

/** How far the enabled webhook endpoints are behind the log. For the whole installation, from every replica. */
@Injectable()
export class EventsBehindMetrics {
  constructor(
    registry: Registry,
    readings: Readings,
    private readonly database: Database,
  ) {
    const behind = new Gauge({
      name: 'events_behind',
      help: 'Events that webhook endpoints do not have yet: new ones without a delivery, deliveries that are due, and delayed ones, to be tried later',
      labelNames: ['state'],
      registers: [registry],
    });
    readings.add({
      name: 'events_behind',
      take: () => this.read(),
      show: (reading) => {
        if (!reading) return behind.reset();
        for (const state of STATES) behind.set({ state }, reading[state]);
      },
    });
  }

  private read(): Promise<Behind> {
    return this.database.platform(SCRAPE, 'the log is that of all tenants', readBehind);
  }
}

async function readBehind(tx: Transaction): Promise<Behind> {
  const [reading] = await tx.query<Behind>(BEHIND, [tx.now]);
  return reading!; // an aggregate always has its row
}

// Two small tables are joined, and of deliveries an index of those that wait is read: the log itself is not. An
// endpoint counts from its first event on, which makes its cursor.
const BEHIND = `
  SELECT count(*) FILTER (WHERE next_try_at <= $1)::integer AS due,
         count(*) FILTER (WHERE next_try_at > $1)::integer AS delayed,
         (SELECT coalesce(sum(counter.last_sequence - cursor.last_sequence), 0)::float8
          FROM webhook_cursors AS cursor
          JOIN webhook_endpoints AS endpoint ON endpoint.business_id = cursor.business_id AND endpoint.id = endpoint_id
          JOIN event_counters AS counter ON counter.business_id = event_business_id
          WHERE endpoint.status = 'enabled') AS new
  FROM webhook_deliveries WHERE status = 'pending'`;
