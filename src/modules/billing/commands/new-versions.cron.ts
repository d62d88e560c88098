import { Injectable, Logger } from '@nestjs/common';
import { hoursAfter } from '../../../common/clock';
import { PLATFORM_ID } from '../../../common/ids';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import { Scheduled } from '../../../platform/scheduler/scheduled.decorator';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { PlansService } from '../../plans/plans.service';
import { CatalogService } from '../catalog/catalog.service';
import { priceOfNextPeriod } from '../stripe/stripe-calls';
import { SyncService } from '../sync/sync.service';
import { toStripeSnapshot, type StripeSnapshot } from '../stripe/stripe-snapshot';

const ACTION = 'billing.move_to_new_versions';
const REASON = 'subscribers of a plan are in all tenants';
/** Long enough for an outage of Stripe, short enough for the customer to change freely until then. */
const MOVED_BEFORE_HOURS = 24;
const BATCH_SIZE = 200;

/** A subscription whose plan has a newer version, and whose period is about to end. */
interface Behind {
  businessId: string;
  customerId: string;
  stripeSubscriptionId: string;
  planId: string;
  planVersion: number;
}

/** A new price or interval applies from the next period: Stripe is updated the day before. */
@Injectable()
export class NewVersionsCron {
  private readonly logger = new Logger(NewVersionsCron.name);

  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly catalog: CatalogService,
    private readonly plans: PlansService,
    private readonly sync: SyncService,
  ) {}

  /** Every process with the `cron` role tries; the idempotency key makes it one call. */
  @Scheduled(ACTION, '41 * * * *')
  async moveOnSchedule(context: RequestContext): Promise<void> {
    if (this.stripe.isConfigured) await this.moveAll(context);
  }

  /** Moves all that are due; a failure does not stop the others. @returns how many were checked */
  async moveAll(context: RequestContext): Promise<number> {
    let checked = 0;
    for (let after: string | null = PLATFORM_ID; after;) {
      const due: Behind[] = await this.listBehind(context, after);
      for (const behind of due)
        await this.move(context, behind).catch((error: Error) =>
          this.logger.error(`${behind.stripeSubscriptionId} keeps its old price: ${error.message}`),
        );
      checked += due.length;
      after = due.length === BATCH_SIZE ? due.at(-1)!.businessId : null;
    }
    return checked;
  }

  private listBehind(context: RequestContext, after: string): Promise<Behind[]> {
    return this.database.platform(context, REASON, (tx) => {
      const until = hoursAfter(tx.now, MOVED_BEFORE_HOURS);
      return tx.query<Behind>(BEHIND, [tx.now, until, after, BATCH_SIZE]);
    });
  }

  private async move(context: RequestContext, behind: Behind): Promise<void> {
    const { stripeSubscriptionId: id, planId, planVersion } = behind;
    const [plan, newest] = await this.database.platform(context, REASON, async (tx) => [
      await this.plans.getVersion(tx, planId, planVersion),
      await this.plans.getNewest(tx, planId),
    ]);
    const price = await this.catalog.ensurePrice(context, newest);
    const snapshot = toStripeSnapshot(
      await this.stripe.call((stripe) => stripe.subscriptions.retrieve(id)),
    );
    if (snapshot.priceId === price || !isRenewed(snapshot)) return;
    const { cancel_at_period_end: _, ...parameters } = priceOfNextPeriod(
      snapshot,
      plan,
      newest,
      price,
    ).parameters;
    const options = { idempotencyKey: keyOf(behind, newest) };
    await this.stripe.call((stripe) => stripe.subscriptions.update(id, parameters, options));
    await this.sync.sync(context, { customerId: behind.customerId });
  }
}

/** Other changes requested at Stripe meanwhile stay. */
function isRenewed(snapshot: StripeSnapshot): boolean {
  const { state, isPaused, endsWithPeriod, isScheduled, intent, period } = snapshot;
  const isWaiting = intent.nextFrom !== null && period.start < intent.nextFrom;
  return state === 'paid' && !isPaused && !endsWithPeriod && !isScheduled && !isWaiting;
}

function keyOf({ stripeSubscriptionId, planVersion }: Behind, { terms }: PlanWithTerms): string {
  return `tenantry_version_${stripeSubscriptionId}_${planVersion}_${terms.version}`;
}

const BEHIND = `
  SELECT subscription.business_id AS "businessId", account.stripe_customer_id AS "customerId",
         subscription.stripe_subscription_id AS "stripeSubscriptionId", subscription.plan_id AS "planId",
         subscription.plan_version AS "planVersion"
  FROM subscriptions AS subscription
  JOIN plans AS plan ON plan.id = subscription.plan_id AND plan.version > subscription.plan_version
  JOIN plan_versions AS terms ON terms.plan_id = plan.id AND terms.version = plan.version AND terms.price_amount > 0
  JOIN billing_accounts AS account ON account.business_id = subscription.business_id
  JOIN plan_versions AS own ON own.plan_id = plan.id AND own.version = subscription.plan_version
    AND own.price_currency = terms.price_currency -- a payment may come after the currency was changed: it keeps its price
  WHERE subscription.is_current AND subscription.runs_until IS NOT NULL AND NOT subscription.plan_assigned
    AND subscription.status IN ('trialing', 'active') AND subscription.scheduled_plan_id IS NULL
    AND subscription.auto_renew AND NOT subscription.cancel_at_period_end
    AND subscription.period_end > $1 AND subscription.period_end <= $2
    AND subscription.business_id > $3
    AND NOT EXISTS (SELECT FROM billing_operations AS stripeCommand
                    WHERE stripeCommand.business_id = subscription.business_id AND stripeCommand.finished_at IS NULL)
  ORDER BY subscription.business_id LIMIT $4`;
