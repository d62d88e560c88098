import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';
import { Scheduled } from '../../platform/scheduler/scheduled.decorator';
import { EventsService } from '../events/events.service';
import { eventOfAlert, usageReset } from './usage.events';

const ACTION = 'usage.send_alerts';
const BATCH_SIZE = 200;

/** A percentage of a limit that was reached. */
export interface UsageAlert {
  businessId: string;
  feature: string;
  percentage: number;
  limit: number;
  /** As it was counted at that moment. */
  used: number;
}

/**
 * Mails that a limit is nearly or wholly used. The commit that counts writes the alert, whichever way it counts, and
 * writes it once; this only sends what is written, so that counting never waits for a mail.
 */
@Injectable()
export class UsageAlertsService {
  constructor(
    private readonly database: Database,
    private readonly mails: MailQueue,
    private readonly events: EventsService,
  ) {}

  /** Every process with the `cron` role runs it; each alert is claimed by one of them. */
  @Scheduled(ACTION, '* * * * *')
  async sendOnSchedule(context: RequestContext): Promise<void> {
    await this.sendAll(context);
  }

  /** A mail and an event for each alert, and an event for each that is over, in the transaction that marks it. @returns how many mails */
  async sendAll(context: RequestContext): Promise<number> {
    const sent = await this.inBatches(context, (tx) => this.sendBatch(tx));
    await this.inBatches(context, (tx) => this.raiseResets(tx));
    return sent;
  }

  private async inBatches(
    context: RequestContext,
    work: (tx: Transaction) => Promise<number>,
  ): Promise<number> {
    let done = 0;
    for (;;) {
      const batch = await this.database.platform(context, 'alerts are of all tenants', work);
      done += batch;
      if (batch < BATCH_SIZE) return done;
    }
  }

  /** Needs platform scope. */
  async find(tx: Transaction, id: string): Promise<UsageAlert | null> {
    const [alert] = await tx.query<UsageAlert>(
      `SELECT business_id AS "businessId", feature, percentage, granted::float8 AS "limit", used::float8
       FROM usage_alerts WHERE id = $1`,
      [id],
    );
    return alert ?? null;
  }

  private async sendBatch(tx: Transaction): Promise<number> {
    const due = await tx.query<UsageAlert & { id: string }>(CLAIM, [tx.now, BATCH_SIZE]);
    due.sort((one, other) => one.percentage - other.percentage); // in the order in which they were reached
    for (const { id, businessId, ...alert } of due) {
      this.events.append(tx.with({ businessId }), eventOfAlert(alert), alert);
      await this.mails.enqueue(tx, 'usage-alert', id);
    }
    return due.length;
  }

  private async raiseResets(tx: Transaction): Promise<number> {
    const ended = await tx.query<Pick<UsageAlert, 'businessId' | 'feature'>>(CLAIM_ENDED, [
      tx.now,
      BATCH_SIZE,
    ]);
    const features = new Map(ended.map((each) => [`${each.businessId} ${each.feature}`, each]));
    for (const { businessId, feature } of features.values())
      this.events.append(tx.with({ businessId }), usageReset, { feature });
    return ended.length;
  }
}

const CLAIM = `
  UPDATE usage_alerts SET sent_at = $1
  WHERE id IN (SELECT id FROM usage_alerts WHERE sent_at IS NULL ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING id, business_id AS "businessId", feature, percentage, granted::float8 AS "limit", used::float8`;

// A counter of a day begins anew with the next unit only, so its date is compared with today's.
const CLAIM_ENDED = `
  UPDATE usage_alerts SET reset_raised_at = $1
  WHERE (business_id, id) IN (
    SELECT alert.business_id, alert.id FROM usage_alerts AS alert
    JOIN usage_counters AS counter ON counter.business_id = alert.business_id AND counter.feature = alert.feature
    WHERE alert.reset_raised_at IS NULL AND (
      counter.day < ($1::timestamptz AT TIME ZONE 'UTC')::date
      OR counter.alert_level = 0 AND alert.usage_window <>
         coalesce(counter.subscription_id || ' ' || counter.period_ordinal, counter.day::text, 'ever'))
    LIMIT $2 FOR UPDATE OF alert SKIP LOCKED)
  RETURNING business_id AS "businessId", feature`;
