import { Injectable, Logger } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import { PlansService } from '../../plans/plans.service';
import { decideOverdue, isOverdue } from '../decisions/overdue';
import { SubscriptionsRepository } from '../subscriptions.repository';

const BATCH_SIZE = 200;

/** Subscriptions renewed by a payment provider without news: past due, then out of grace. */
@Injectable()
export class OverdueService {
  private readonly logger = new Logger(OverdueService.name);

  constructor(
    private readonly database: Database,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly plans: PlansService,
  ) {}

  /** Decides all whose time has passed, each in its own transaction; a failure does not stop the others. */
  async settleAll(context: RequestContext): Promise<void> {
    const failed: string[] = [];
    for (;;) {
      const due = await this.findDue(context, failed);
      if (due.length === 0) return;
      for (const businessId of due)
        await this.settleOne(context.with({ businessId })).catch((error: Error) => {
          failed.push(businessId);
          this.logger.error(
            `the missing payment of ${businessId} could not be processed: ${error.message}`,
          );
        });
    }
  }

  /** Decides the subscription of this business, if its time has passed. */
  settleOne(context: RequestContext): Promise<void> {
    return this.database.transaction(context, async (tx) => {
      // 1. Load the state once, locked.
      const subscription = await this.subscriptions.lockCurrent(tx);
      if (!isOverdue(subscription, tx.now)) return;
      await this.subscriptions.lockCounters(tx);
      const { planId, planVersion } = subscription;
      const plan = await this.plans.getVersion(tx, planId, planVersion);
      const fallback = await this.plans.getDefault(tx);
      // 2. Decide.
      const writes = decideOverdue(subscription, plan, fallback, tx.now);
      // 3. Write: each is an entry of the history.
      for (const write of writes) await this.subscriptions.write(tx, write);
    });
  }

  private findDue(context: RequestContext, except: string[]): Promise<string[]> {
    return this.database.platform(context, 'payments are missing in all tenants', async (tx) => {
      const rows = await tx.query<{ businessId: string }>(FIND_DUE, [tx.now, except, BATCH_SIZE]);
      return rows.map(({ businessId }) => businessId);
    });
  }
}

// The condition of ix_subscriptions_runs_until; paused and ended subscriptions have no deadline.
const FIND_DUE = `
  SELECT business_id AS "businessId" FROM subscriptions
  WHERE is_current AND runs_until <= $1 AND status IN ('trialing', 'active', 'past_due')
  AND business_id <> ALL ($2::uuid[])
  ORDER BY runs_until LIMIT $3`;
