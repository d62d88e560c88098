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
import { PricesRepository } from '../records/prices.repository';
import { readAll, type StripeSnapshot } from '../stripe/stripe-snapshot';

const CLEAN_UP = 'billing.clean_up';
const REASON = 'prices at Stripe belong to plans, not to tenants';

interface CleanUp {
  businessId: string;
  /** No subscription is wanted any more: those that wait for a payment end too. */
  isOver: boolean;
}

/** Identifies a Stripe subscription as one of the business, not of another application. */
interface Own {
  businessId: string;
  /** The prices of plans. */
  planPrices: ReadonlySet<string>;
}

/**
 * Ends duplicate subscriptions that would be charged as well: one out of grace, or one paid on a page that was not
 * closed in time. One created by hand at Stripe ends only where it waits for a payment for a plan.
 */
@Injectable()
export class DuplicateSubscriptionsService {
  private readonly logger = new Logger(DuplicateSubscriptionsService.name);

  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly queue: JobQueue,
    private readonly accounts: BillingAccountsRepository,
    private readonly prices: PricesRepository,
    private readonly subscriptions: SubscriptionsRepository,
  ) {}

  enqueue(tx: Transaction, isOver: boolean): Promise<void> {
    const businessId = tx.requireBusinessId();
    const key = `${CLEAN_UP}:${businessId}`;
    return this.queue.enqueue(tx, CLEAN_UP, { businessId, isOver }, { key });
  }

  @JobHandler(CLEAN_UP)
  async cleanUp(context: RequestContext, { businessId, isOver }: CleanUp): Promise<void> {
    const scoped = context.with({ businessId });
    const { customer, followed } = await this.read(scoped);
    if (!customer) return;
    if (followed || isOver) await this.closePages(customer);
    for (const duplicate of await this.list(scoped, customer, followed, isOver))
      await this.cancel(duplicate);
  }

  /**
   * Stripe bills one currency per customer: subscriptions that wait for a payment in another one end, so that the
   * business can buy. @returns whether there were any
   */
  async endOtherCurrencies(context: RequestContext, currency: string): Promise<boolean> {
    const { customer, followed } = await this.read(context);
    if (!customer || followed) return false;
    const left = await this.list(context, customer, null, true);
    const others = left.filter((snapshot) => snapshot.currency !== currency);
    for (const duplicate of others) await this.cancel(duplicate);
    return others.length > 0;
  }

  private async list(
    context: RequestContext,
    customer: string,
    followed: string | null,
    isOver: boolean,
  ): Promise<StripeSnapshot[]> {
    const found = await this.stripe.find((stripe) =>
      stripe.subscriptions.list({ customer, status: 'all', limit: 100 }),
    );
    const { snapshots } = readAll(found?.data ?? []);
    const planPrices = await this.database.platform(context, REASON, (tx) =>
      this.prices.listKnown(tx, snapshots),
    );
    const own = { businessId: context.requireBusinessId(), planPrices };
    return duplicatesOf(snapshots, own, followed, isOver);
  }

  private read(
    context: RequestContext,
  ): Promise<{ customer: string | null; followed: string | null }> {
    return this.database.transaction(context, async (tx) => {
      const account = await this.accounts.find(tx);
      const current = await this.subscriptions.getCurrent(tx);
      const followed = isProviderManaged(current) ? current.stripeSubscriptionId : null;
      return { customer: account?.stripeCustomerId ?? null, followed };
    });
  }

  /** The paid rest of a duplicate is credited to the customer. */
  private async cancel({ id, state }: StripeSnapshot): Promise<void> {
    const parameters = state === 'paid' ? { prorate: true, invoice_now: true } : {};
    this.logger.warn(`${id} is canceled: a duplicate of the subscription that the business has`);
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

/**
 * Without a followed subscription, a paid one is about to be followed; only those that wait for a payment end then.
 * Pure.
 */
export function duplicatesOf(
  snapshots: StripeSnapshot[],
  own: Own,
  followed: string | null,
  isOver: boolean,
): StripeSnapshot[] {
  const states: StripeSnapshot['state'][] = followed
    ? ['paid', 'unpaid', 'trial_unpaid']
    : ['unpaid', 'trial_unpaid'];
  if (!followed && !isOver) return [];
  return snapshots.filter(
    (snapshot) =>
      isOwn(snapshot, own) && snapshot.id !== followed && states.includes(snapshot.state),
  );
}

/** Created by hand and paid, it may be intended: `billing:verify` reports it. */
function isOwn({ businessId, priceId, state }: StripeSnapshot, own: Own): boolean {
  return businessId === own.businessId || (state !== 'paid' && own.planPrices.has(priceId));
}
