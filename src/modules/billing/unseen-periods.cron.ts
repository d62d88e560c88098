import { Inject, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { StripeApi } from '../../platform/stripe/stripe-api';
import { AccountsRepository } from './accounts.repository';
import { SyncService } from './sync.service';

const ACTION = 'billing.look_for_ended_periods';
const BATCH_SIZE = 500;
/** Stripe is not asked again and again for one that has not paid. */
const LOOKED_AGAIN_AFTER_MS = 30 * 60_000;

/** Makes up for events that were lost: where a period has ended and no news came, Stripe is asked. */
@Injectable()
export class UnseenPeriodsCron {
  private readonly logger = new Logger(UnseenPeriodsCron.name);

  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly accounts: AccountsRepository,
    private readonly sync: SyncService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Cron('* * * * *', { name: ACTION })
  async lookOnSchedule(): Promise<void> {
    if (!this.config.roles.includes('cron') || !this.stripe.isConfigured) return;
    await this.lookForAll(RequestContext.job(ACTION)).catch((error: Error) =>
      this.logger.warn(`could not look for ended periods, the next run will: ${error.message}`),
    );
  }

  /** @returns how many customers will be looked at */
  lookForAll(context: RequestContext): Promise<number> {
    return this.database.platform(context, 'periods end in all tenants', async (tx) => {
      const notSince = new Date(tx.now.getTime() - LOOKED_AGAIN_AFTER_MS);
      const unseen = await this.accounts.listUnseen(tx, notSince, BATCH_SIZE);
      for (const customerId of unseen) await this.sync.enqueue(tx, customerId);
      return unseen.length;
    });
  }
}
