import { Injectable, Logger } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { JobHandler } from '../../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../../platform/queue/job-queue';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import { isProviderManaged } from '../../subscriptions/changes/changes.service';
import { SubscriptionsRepository } from '../../subscriptions/subscriptions.repository';
import { BillingAccountsRepository } from '../records/billing-accounts.repository';
import { readAll, type StripeSnapshot } from '../stripe/stripe-snapshot';

const CLEAN_UP = 'billing.clean_up';

interface CleanUp {
  businessId: string;
  /** Nobody wants to be charged any more: also what is only waiting for a payment ends. */
  isOver: boolean;
}

/**
 * Ends what would be charged beside the subscription that a business has: one that it was out of grace with, one that
 * was paid on a page that nobody had closed in time. Only what a checkout of ours has begun.
 */
@Injectable()
export class DuplicateSubscriptionsService {
  private readonly logger = new Logger(DuplicateSubscriptionsService.name);

  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly queue: JobQueue,
    private readonly accounts: BillingAccountsRepository,
    private readonly subscriptions: SubscriptionsRepository,
  ) {}

  enqueue(tx: Transaction, isOver: boolean): Promise<void> {
    const businessId = tx.requireBusinessId();
    const key = `${CLEAN_UP}:${businessId}`;
    return this.queue.enqueue(tx, CLEAN_UP, { businessId, isOver }, { key });
  }

  @JobHandler(CLEAN_UP)
  async cleanUp(context: RequestContext, { businessId, isOver }: CleanUp): Promise<void> {
    const [customer, followed] = await this.read(context.with({ businessId }));
    if (!customer) return;
    if (followed || isOver) await this.closePages(customer);
    const found = await this.stripe.find((stripe) =>
      stripe.subscriptions.list({ customer, status: 'all', limit: 100 }),
    );
    const { snapshots } = readAll(found?.data ?? []);
    for (const leftover of duplicatesOf(snapshots, businessId, followed, isOver))
      await this.cancel(leftover);
  }

  private read(context: RequestContext): Promise<[string | null, string | null]> {
    return this.database.transaction(context, async (tx) => {
      const account = await this.accounts.find(tx);
      const current = await this.subscriptions.getCurrent(tx);
      const followed = isProviderManaged(current) ? current.stripeSubscriptionId : null;
      return [account?.stripeCustomerId ?? null, followed];
    });
  }

  /** What is left of a second one that was paid is credited to the customer. */
  private async cancel({ id, state }: StripeSnapshot): Promise<void> {
    const parameters = state === 'paid' ? { prorate: true, invoice_now: true } : {};
    this.logger.warn(`${id} is canceled: it would be charged beside the one that the business has`);
    await this.stripe.find((stripe) => stripe.subscriptions.cancel(id, parameters));
  }

  private async closePages(customer: string): Promise<void> {
    const { data } = await this.stripe.call((stripe) =>
      stripe.checkout.sessions.list({ customer, status: 'open', limit: 100 }),
    );
    for (const { id } of data)
      await this.stripe.call((stripe) => stripe.checkout.sessions.expire(id));
  }
}

/** Without one that is followed, what is paid is about to be; only what waits for a payment is over then. Pure. */
export function duplicatesOf(
  snapshots: StripeSnapshot[],
  businessId: string,
  followed: string | null,
  isOver: boolean,
): StripeSnapshot[] {
  const states: StripeSnapshot['state'][] = followed
    ? ['paid', 'unpaid', 'trial_unpaid']
    : ['unpaid', 'trial_unpaid'];
  if (!followed && !isOver) return [];
  return snapshots.filter(
    (snapshot) =>
      snapshot.businessId === businessId &&
      snapshot.id !== followed &&
      states.includes(snapshot.state),
  );
}
