import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { Readings } from '../../../platform/metrics/readings';
import type { RenewalOutcome } from '../decisions/renewal-decision';

const SCRAPE = RequestContext.job('metrics.read_renewal_lag');
const OUTCOMES: Exclude<RenewalOutcome, 'not_due'>[] = ['renewed', 'moved', 'expired', 'canceled'];

/** Whether renewal keeps up, and its outcomes. The lag is that of the installation, the same from every replica. */
@Injectable()
export class RenewalMetrics {
  private readonly lag: Gauge;
  private readonly renewals: Counter<'outcome'>;

  constructor(
    registry: Registry,
    readings: Readings,
    private readonly database: Database,
  ) {
    this.lag = new Gauge({
      name: 'renewal_lag_seconds',
      help: 'Age of the oldest ended period that is not renewed yet; 0 when none is due',
      registers: [registry],
    });
    this.renewals = new Counter({
      name: 'renewals_total',
      help: 'Subscriptions whose ended period this process has processed, by outcome',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of OUTCOMES) this.renewals.inc({ outcome }, 0);
    readings.add({
      name: 'renewal_lag',
      take: () => this.readLag(),
      show: (seconds) => (seconds === null ? this.lag.remove() : this.lag.set(seconds)),
    });
  }

  /** Call after the commit of a batch, with how many had each outcome. */
  observe(outcomes: Record<RenewalOutcome, number>): void {
    for (const outcome of OUTCOMES) this.renewals.inc({ outcome }, outcomes[outcome]);
  }

  private readLag(): Promise<number> {
    return this.database.platform(SCRAPE, 'the lag is that of all tenants', async (tx) => {
      const endedAt = await findEarliestEnd(tx);
      return endedAt ? Math.max(0, tx.now.getTime() - endedAt.getTime()) / 1000 : 0;
    });
  }
}

/** The first entry of ix_subscriptions_due, however many there are. */
async function findEarliestEnd(tx: Transaction): Promise<Date | null> {
  const [found] = await tx.query<{ earliest: Date | null }>(
    `SELECT min(period_end) AS earliest FROM subscriptions
     WHERE is_current AND status IN ('trialing', 'active', 'past_due') AND runs_until IS NULL`,
  );
  return found?.earliest ?? null;
}
