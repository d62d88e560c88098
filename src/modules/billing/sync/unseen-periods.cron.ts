import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import { Scheduled } from '../../../platform/scheduler/scheduled.decorator';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import { BillingAccountsRepository } from '../records/billing-accounts.repository';
import { SyncService } from './sync.service';

const ACTION = 'billing.look_for_ended_periods';
const BATCH_SIZE = 500;
/** Limits how often Stripe is polled for one that has not paid. */
const POLLED_AGAIN_AFTER_MS = 30 * 60_000;

/** Covers lost events: polls Stripe where a period has ended without news. */
@Injectable()
export class UnseenPeriodsCron {
  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly accounts: BillingAccountsRepository,
    private readonly sync: SyncService,
  ) {}

  @Scheduled(ACTION, '* * * * *')
  async lookOnSchedule(context: RequestContext): Promise<void> {
    if (this.stripe.isConfigured) await this.enqueueAll(context);
  }

  /** @returns how many customers will be reconciled */
  enqueueAll(context: RequestContext): Promise<number> {
    return this.database.platform(context, 'periods end in all tenants', async (tx) => {
      const notSince = new Date(tx.now.getTime() - POLLED_AGAIN_AFTER_MS);
      const unseen = await this.accounts.listUnseen(tx, notSince, BATCH_SIZE);
      for (const customerId of unseen) await this.sync.enqueue(tx, customerId);
      return unseen.length;
    });
  }
}
