import { Injectable, Logger } from '@nestjs/common';
import type Stripe from 'stripe';
import { newId } from '../../../common/ids';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import { JobHandler } from '../../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../../platform/queue/job-queue';
import { Scheduled } from '../../../platform/scheduler/scheduled.decorator';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import type { Subscription } from '../../subscriptions/subscription.entity';
import { SyncService } from './sync.service';
import { idOf, readAll, type ListedSubscriptions } from '../stripe/stripe-snapshot';

const VERIFY = 'billing.verify';
const REASON = 'Stripe knows customers, not tenants';

/** A subscription whose state differs between Stripe and here. */
export interface BillingDifference {
  businessId: string | null;
  customerId: string;
  stripeSubscriptionId: string;
  /** `status: active → past_due` and the like: the local value, then Stripe's. */
  detail: string;
}

export interface BillingReport {
  compared: number;
  differences: BillingDifference[];
}

/** Compares all Stripe subscriptions with the local ones, nightly and on request. */
@Injectable()
export class VerificationService {
  private readonly logger = new Logger(VerificationService.name);

  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly queue: JobQueue,
    private readonly sync: SyncService,
  ) {}

  /** Every process with the `cron` role enqueues it; the job key makes it one job. */
  @Scheduled(VERIFY, '23 3 * * *')
  async schedule(context: RequestContext): Promise<void> {
    if (!this.stripe.isConfigured) return;
    await this.database.transaction(context, (tx) =>
      this.queue.enqueue(tx, VERIFY, {}, { key: VERIFY }),
    );
  }

  @JobHandler(VERIFY)
  async handle(context: RequestContext): Promise<void> {
    const { differences } = await this.verify(context, true);
    for (const { customerId, detail } of differences)
      this.logger.error(`${customerId} differs from Stripe: ${detail}`);
  }

  /**
   * @param repair reconciles where they differ; the rest is compared again
   * @param onProgress receives how many customers are compared
   * @throws 503 payment_provider_unavailable
   */
  async verify(
    context: RequestContext,
    repair = false,
    onProgress: (compared: number) => void = () => undefined,
  ): Promise<BillingReport> {
    const customers = await this.listCustomers(context);
    const differences: BillingDifference[] = [];
    let compared = 0;
    for (const [customerId, listed] of customers) {
      const found = await this.compare(context, customerId, listed);
      if (found.length > 0)
        differences.push(...(await this.compareAgain(context, customerId, repair)));
      onProgress((compared += 1));
    }
    await this.remember(context, compared, differences.length);
    return { compared, differences };
  }

  /** Much may have changed since the list was read: only a difference from a fresh answer counts. */
  private async compareAgain(
    context: RequestContext,
    customerId: string,
    repair: boolean,
  ): Promise<BillingDifference[]> {
    if (repair) await this.sync.sync(context, { customerId }).catch(() => undefined); // a failed repair stays a difference
    const seen = await this.sync.fetch(context, customerId);
    return seen ? this.compare(context, customerId, seen) : [];
  }

  /** All customers at Stripe, and those known only locally. */
  private async listCustomers(context: RequestContext): Promise<Map<string, ListedSubscriptions>> {
    const rows = await this.database.platform(context, REASON, (tx) =>
      tx.query<{ id: string }>(FOLLOWING),
    );
    const customers = new Map(rows.map(({ id }) => [id, readAll([])]));
    await this.stripe.call(async (stripe) => {
      for await (const subscription of stripe.subscriptions.list({ status: 'all', limit: 100 })) {
        const customer = subscription.customer as Stripe.Subscription['customer'] | null;
        if (customer) addTo(customers, idOf(customer), readAll([subscription]));
      }
    });
    return customers;
  }

  private async compare(
    context: RequestContext,
    customerId: string,
    listed: ListedSubscriptions,
  ): Promise<BillingDifference[]> {
    return this.database.platform(context, REASON, async (tx) => {
      const [account] = await tx.query<{ businessId: string }>(ACCOUNT, [customerId]);
      if (!account) return []; // of another application on the Stripe account
      const { businessId } = account;
      const found = await this.sync.compare(tx.with({ businessId }), listed);
      return found.map(({ stripeSubscriptionId, before, after }) => ({
        businessId,
        customerId,
        stripeSubscriptionId,
        detail: typeof after === 'string' ? after : describe(before, after),
      }));
    });
  }

  private async remember(
    context: RequestContext,
    compared: number,
    differences: number,
  ): Promise<void> {
    await this.database.platform(context, REASON, (tx) =>
      tx.query(
        'INSERT INTO billing_verifications (id, verified_at, compared, differences) VALUES ($1, $2, $3, $4)',
        [newId(), tx.now, compared, differences],
      ),
    );
  }
}

function describe(before: Subscription, after: Subscription): string {
  const changes = COMPARED.filter((name) => String(before[name]) !== String(after[name]));
  return changes
    .map((name) => `${name}: ${textOf(before[name])} → ${textOf(after[name])}`)
    .join(', ');
}

const COMPARED = [
  'status',
  'planId',
  'periodEnd',
  'scheduledPlanId',
  'cancelAtPeriodEnd',
  'cancelAt',
  'autoRenew',
  'stripeSubscriptionId',
] as const satisfies (keyof Subscription)[];

function addTo(
  customers: Map<string, ListedSubscriptions>,
  id: string,
  { snapshots, unknown }: ListedSubscriptions,
): void {
  const known = customers.get(id) ?? readAll([]);
  customers.set(id, {
    snapshots: [...known.snapshots, ...snapshots],
    unknown: [...known.unknown, ...unknown],
  });
}

function textOf(value: Date | string | boolean | null): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

const FOLLOWING = `
  SELECT account.stripe_customer_id AS id
  FROM billing_accounts AS account JOIN subscriptions AS subscription ON subscription.business_id = account.business_id
  WHERE subscription.is_current AND subscription.stripe_subscription_id IS NOT NULL AND subscription.ended_at IS NULL
    AND account.stripe_customer_id IS NOT NULL`;

const ACCOUNT = `SELECT business_id AS "businessId" FROM billing_accounts WHERE stripe_customer_id = $1`;
