import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import { BusinessesService } from '../../businesses/businesses.service';
import {
  BillingAccountsRepository,
  type BillingAccount,
} from '../records/billing-accounts.repository';

/** The Stripe customer of a business, created with its first checkout. */
@Injectable()
export class CustomersService {
  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly accounts: BillingAccountsRepository,
    private readonly businesses: BusinessesService,
  ) {}

  /** @returns null where the business has none, or it was deleted at Stripe */
  async find(context: RequestContext): Promise<string | null> {
    const account = await this.database.transaction(context, (tx) => this.accounts.find(tx));
    return account && !account.deletedAt ? account.stripeCustomerId : null;
  }

  /** Creates at most one under concurrency: the idempotency key is derived from the row. @throws as `StripeApi.call` */
  async ensure(context: RequestContext): Promise<string> {
    const [account, name, now] = await this.database.transaction(context, async (tx) => {
      const { name } = await this.businesses.get(tx);
      return [await this.accounts.lock(tx), name, tx.now] as const;
    });
    if (account.stripeCustomerId && !account.deletedAt) return account.stripeCustomerId;
    const customer = await this.create(context, account, name, now);
    return this.database.transaction(context, async (tx) => {
      const { stripeCustomerId, deletedAt } = await this.accounts.lock(tx);
      if (stripeCustomerId && !deletedAt) return stripeCustomerId; // created by a concurrent request
      await this.accounts.setCustomer(tx, customer);
      return customer;
    });
  }

  private async create(
    context: RequestContext,
    { businessId, generation }: BillingAccount,
    name: string,
    now: Date,
  ): Promise<string> {
    const idempotencyKey = `tenantry_customer_${businessId}_${generation}_${hourOf(now)}`;
    const { id } = await this.stripe.call((stripe) =>
      stripe.customers.create({ metadata: { business_id: businessId } }, { idempotencyKey }),
    );
    // Only the address: a retry must send the same body, and names and owners change.
    const email = context.actor.email ?? undefined;
    await this.stripe.call((stripe) => stripe.customers.update(id, { name, email }));
    return id;
  }
}

/** Stripe replays its first answer for a key, even its own failure: so the key changes each hour. */
export function hourOf(now: Date): number {
  return Math.floor(now.getTime() / 3_600_000);
}
