import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { nameOf, StripeApi, type StripeIdentity } from '../../../platform/stripe/stripe-api';
import { paymentProviderUnavailable } from '../../../platform/stripe/stripe.errors';
import { PlansService } from '../../plans/plans.service';
import { fallBackTo } from '../../subscriptions/decisions/overdue';
import { SubscriptionsRepository } from '../../subscriptions/subscriptions.repository';
import { closeNow } from '../../subscriptions/decisions/subscription-write';
import { BillingAccountsRepository } from '../records/billing-accounts.repository';
import { StripeAccountRepository, type StripeUsers } from './stripe-account.repository';

const REASON = 'the ids of all tenants are of one Stripe account';
const CHECK = RequestContext.job('billing.check_account');

/** The key belongs to another Stripe account than the stored ids: with it, every customer would appear deleted. */
export class OtherStripeAccount extends Error {
  constructor(bound: StripeIdentity | null, key: StripeIdentity, users: StripeUsers) {
    const before = bound ? nameOf(bound) : 'another one';
    super(
      `STRIPE_SECRET_KEY belongs to the Stripe account ${nameOf(key)}, but this database is linked to ${before}: ` +
        `${users.customers} customers and ${users.subscriptions} subscriptions there. No call is made to Stripe. ` +
        'Set the key of that account, or switch with `npm run cli -- billing:move-account`.',
    );
  }
}

/**
 * Binds the database to the Stripe account of its key with the first call, and refuses the key of another account,
 * which would report every paid subscription as missing.
 */
@Injectable()
export class StripeAccountService implements OnModuleInit {
  private readonly logger = new Logger(StripeAccountService.name);
  private checked: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly account: StripeAccountRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly plans: PlansService,
    private readonly subscriptions: SubscriptionsRepository,
  ) {}

  onModuleInit(): void {
    this.stripe.guardBy(() => this.admit());
  }

  /** @throws OtherStripeAccount, 503 payment_provider_unavailable where Stripe does not answer */
  check(): Promise<void> {
    this.checked ??= this.examine().catch((error: unknown) => {
      if (!(error instanceof OtherStripeAccount)) this.checked = null; // otherwise the result stays until the next start
      throw error;
    });
    return this.checked;
  }

  /** At start: without Stripe's answer the server starts, and the first call checks. @throws OtherStripeAccount */
  async refuseOther(): Promise<void> {
    if (!this.stripe.isConfigured) return;
    await this.check().catch((error: unknown) => {
      if (error instanceof OtherStripeAccount) throw error;
      this.logger.warn(`the Stripe account could not be checked yet: ${(error as Error).message}`);
    });
  }

  /**
   * Switches to the account of the key. Businesses that followed the previous account continue on the default plan;
   * nothing is canceled there, since its key is not available. @returns what was unlinked
   */
  async move(context: RequestContext): Promise<StripeUsers> {
    const identity = await this.stripe.identify();
    return this.database.platform(context, REASON, async (tx) => {
      await this.account.lock(tx);
      const users = await this.account.countUsers(tx);
      for (const businessId of await this.account.listFollowing(tx))
        await this.endFollowing(tx.with({ businessId }));
      await this.account.forgetIds(tx);
      await this.account.bind(tx, identity);
      return users;
    });
  }

  /** The linked account, and what has ids of it. */
  describe(context: RequestContext): Promise<[StripeIdentity | null, StripeUsers]> {
    return this.database.platform(context, REASON, async (tx) => [
      await this.account.find(tx),
      await this.account.countUsers(tx),
    ]);
  }

  private async admit(): Promise<void> {
    try {
      await this.check();
    } catch (error) {
      if (!(error instanceof OtherStripeAccount)) throw error;
      this.logger.error(error.message);
      throw paymentProviderUnavailable({ headers: { 'Retry-After': '3600' }, cause: error });
    }
  }

  private async examine(): Promise<void> {
    const identity = await this.stripe.identify();
    const [bound, users, sample] = await this.database.platform(CHECK, REASON, async (tx) => [
      await this.account.find(tx),
      await this.account.countUsers(tx),
      await this.account.sampleCustomer(tx),
    ]);
    if (bound && nameOf(bound) === nameOf(identity)) return;
    const isOurs = !sample || (!bound && (await this.stripe.hasCustomer(sample)));
    if (!isOurs) throw new OtherStripeAccount(bound, identity, users);
    await this.bind(identity, bound);
  }

  /** Without customers, only prices can belong to another account, and they are recreated. */
  private bind(identity: StripeIdentity, before: StripeIdentity | null): Promise<void> {
    return this.database.platform(CHECK, REASON, async (tx) => {
      await this.account.lock(tx);
      if (before) await this.account.forgetIds(tx);
      await this.account.bind(tx, identity);
    });
  }

  private async endFollowing(tx: Transaction): Promise<void> {
    await this.accounts.lock(tx);
    const subscription = await this.subscriptions.lockCurrent(tx);
    await this.subscriptions.lockCounters(tx);
    const closed = closeNow(subscription, tx.now);
    const fallback = await this.plans.getDefault(tx);
    await this.subscriptions.write(tx, fallBackTo(fallback, subscription, closed));
  }
}
