import { Inject, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { hoursAfter } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';

/** As Stripe's customer.subscription.trial_will_end. */
const REMINDED_BEFORE_HOURS = 3 * 24;
const BATCH_SIZE = 200;
const ACTION = 'subscription.remind_of_trial_end';

/** Tells the owners that a trial ends in three days; a shorter trial, when it begins. */
@Injectable()
export class TrialReminder {
  private readonly logger = new Logger(TrialReminder.name);

  constructor(
    private readonly database: Database,
    private readonly mails: MailQueue,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Every process with the `cron` role looks; each trial is claimed by one of them. */
  @Cron('*/10 * * * *', { name: ACTION })
  async remindOnSchedule(): Promise<void> {
    if (!this.config.roles.includes('cron')) return;
    try {
      await this.remindAll(RequestContext.job(ACTION));
    } catch (error) {
      this.logger.warn(
        `could not ask for reminders, the next run will: ${(error as Error).message}`,
      );
    }
  }

  /** Asks for the mails that are due, each once however many processes ask. @returns how many */
  async remindAll(context: RequestContext): Promise<number> {
    let reminded = 0;
    for (;;) {
      const batch = await this.database.platform(context, 'trials end in all tenants', (tx) =>
        this.remindBatch(tx),
      );
      reminded += batch;
      if (batch < BATCH_SIZE) return reminded;
    }
  }

  private async remindBatch(tx: Transaction): Promise<number> {
    const until = hoursAfter(tx.now, REMINDED_BEFORE_HOURS);
    const due = await tx.query<{ businessId: string }>(MARK_DUE, [tx.now, until, BATCH_SIZE]);
    for (const { businessId } of due) await this.mails.enqueue(tx, 'trial-ending', businessId);
    return due.length;
  }
}

const MARK_DUE = `
  UPDATE subscriptions SET trial_reminded_at = $1
  WHERE (business_id, id) IN (
    SELECT business_id, id FROM subscriptions
    WHERE is_current AND status = 'trialing' AND trial_reminded_at IS NULL AND trial_ends_at > $1 AND trial_ends_at <= $2
    ORDER BY trial_ends_at LIMIT $3
    FOR UPDATE SKIP LOCKED
  )
  RETURNING business_id AS "businessId"`;
