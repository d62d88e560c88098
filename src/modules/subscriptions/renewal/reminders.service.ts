import { Injectable } from '@nestjs/common';
import { hoursAfter } from '../../../common/clock';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { MailQueue } from '../../../platform/mail/mail-queue';
import type { MailTemplate } from '../../../platform/mail/mail-templates';
import { Scheduled } from '../../../platform/scheduler/scheduled.decorator';
import { EventsService } from '../../events/events.service';
import { trialEnding, type TrialEndingData } from '../subscriptions.events';

/** As Stripe's customer.subscription.trial_will_end. */
const TRIAL_ENDS_WITHIN_HOURS = 3 * 24;
/** When the owners are reminded of a missing payment, within the grace. */
const DUNNING_AFTER_DAYS = [0, 3, 6];
const BATCH_SIZE = 200;
const ACTION = 'subscription.remind';

/** Marks a batch as reminded and returns whom to remind, in one statement: each once under concurrency. */
interface Reminder {
  mail: MailTemplate;
  markDue: (tx: Transaction) => Promise<({ businessId: string } & Partial<EndingTrial>)[]>;
}

interface EndingTrial {
  subscriptionId: string;
  trialEndsAt: Date;
}

/** Notifies owners that a trial ends in three days, that a payment is missing, that a plan gets a price. */
@Injectable()
export class RemindersService {
  constructor(
    private readonly database: Database,
    private readonly mails: MailQueue,
    private readonly events: EventsService,
  ) {}

  /** Every process with the `cron` role runs it; each subscription is claimed by one of them. */
  @Scheduled(ACTION, '*/10 * * * *')
  async remindOnSchedule(context: RequestContext): Promise<void> {
    await this.remindAll(context);
  }

  /** Enqueues the mails that are due, each once under concurrency. @returns how many */
  async remindAll(context: RequestContext): Promise<number> {
    let reminded = 0;
    for (const reminder of REMINDERS) reminded += await this.remind(context, reminder);
    return reminded;
  }

  /** To those who have a plan for nothing that was given a price: it comes with their next period. @returns how many */
  announcePrices(context: RequestContext): Promise<number> {
    return this.remind(context, {
      mail: 'plan-gets-price',
      markDue: (tx) => tx.query(MARK_PRICES, [tx.now, BATCH_SIZE]),
    });
  }

  private async remind(context: RequestContext, reminder: Reminder): Promise<number> {
    let reminded = 0;
    for (;;) {
      const batch = await this.database.platform(context, 'reminders go to all tenants', (tx) =>
        this.remindBatch(tx, reminder),
      );
      reminded += batch;
      if (batch < BATCH_SIZE) return reminded;
    }
  }

  private async remindBatch(tx: Transaction, { mail, markDue }: Reminder): Promise<number> {
    const due = await markDue(tx);
    for (const { businessId, ...rest } of due) {
      await this.mails.enqueue(tx, mail, businessId);
      if (isTrial(rest)) this.events.append(tx.with({ businessId }), trialEnding, toData(rest));
    }
    return due.length;
  }
}

function isTrial(rest: Partial<EndingTrial>): rest is EndingTrial {
  return rest.trialEndsAt !== undefined;
}

function toData({ subscriptionId, trialEndsAt }: EndingTrial): TrialEndingData {
  return { subscriptionId, trialEndsAt: trialEndsAt.toISOString() };
}

const REMINDERS: Reminder[] = [
  {
    mail: 'trial-ending',
    markDue: (tx) =>
      tx.query(MARK_TRIALS, [tx.now, hoursAfter(tx.now, TRIAL_ENDS_WITHIN_HOURS), BATCH_SIZE]),
  },
  {
    mail: 'payment-missing',
    markDue: (tx) => tx.query(MARK_PAYMENTS, [tx.now, DUNNING_AFTER_DAYS, BATCH_SIZE]),
  },
];

const MARK_TRIALS = `
  UPDATE subscriptions SET trial_reminded_at = $1
  WHERE (business_id, id) IN (
    SELECT business_id, id FROM subscriptions
    WHERE is_current AND status = 'trialing' AND trial_reminded_at IS NULL AND trial_ends_at > $1 AND trial_ends_at <= $2
    ORDER BY trial_ends_at LIMIT $3
    FOR UPDATE SKIP LOCKED
  )
  RETURNING business_id AS "businessId", id AS "subscriptionId", trial_ends_at AS "trialEndsAt"`;

// Of reminders that fell due while no process ran, only the last is sent.
const MARK_PAYMENTS = `
  UPDATE subscriptions AS subscription SET dunning_mails = due.mails
  FROM (
    SELECT business_id, id, (SELECT count(*) FROM unnest($2::integer[]) AS days
                             WHERE past_due_since + days * interval '24 hours' <= $1) AS mails
    FROM subscriptions
    WHERE is_current AND status = 'past_due' AND runs_until > $1
      AND past_due_since + ($2::integer[])[dunning_mails + 1] * interval '24 hours' <= $1
    ORDER BY past_due_since LIMIT $3
    FOR UPDATE SKIP LOCKED
  ) AS due
  WHERE subscription.business_id = due.business_id AND subscription.id = due.id
  RETURNING subscription.business_id AS "businessId"`;

const MARK_PRICES = `
  UPDATE subscriptions AS subscription SET price_told_of_version = due.version
  FROM (
    SELECT waiting.business_id, waiting.id, plan.version
    FROM plans AS plan
    JOIN plan_versions AS newest ON newest.plan_id = plan.id AND newest.version = plan.version AND newest.price_amount > 0
    JOIN plan_versions AS own ON own.plan_id = plan.id AND own.price_amount = 0
    JOIN subscriptions AS waiting ON waiting.plan_id = own.plan_id AND waiting.plan_version = own.version
    WHERE waiting.is_current AND waiting.status = 'active' AND waiting.period_end > $1
      AND waiting.stripe_subscription_id IS NULL AND waiting.scheduled_plan_id IS NULL
      AND waiting.auto_renew AND NOT waiting.cancel_at_period_end
      AND waiting.price_told_of_version IS DISTINCT FROM plan.version
    LIMIT $2
    FOR UPDATE OF waiting SKIP LOCKED
  ) AS due
  WHERE subscription.business_id = due.business_id AND subscription.id = due.id
  RETURNING subscription.business_id AS "businessId"`;
