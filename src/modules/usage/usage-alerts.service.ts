import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';
import { Scheduled } from '../../platform/scheduler/scheduled.decorator';

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
  ) {}

  /** Every process with the `cron` role runs it; each alert is claimed by one of them. */
  @Scheduled(ACTION, '* * * * *')
  async sendOnSchedule(context: RequestContext): Promise<void> {
    await this.sendAll(context);
  }

  /** Enqueues a mail for each alert that has none, in the transaction that marks it. @returns how many */
  async sendAll(context: RequestContext): Promise<number> {
    let sent = 0;
    for (;;) {
      const batch = await this.database.platform(context, 'alerts are of all tenants', (tx) =>
        this.sendBatch(tx),
      );
      sent += batch;
      if (batch < BATCH_SIZE) return sent;
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
    const due = await tx.query<{ id: string }>(CLAIM, [tx.now, BATCH_SIZE]);
    for (const { id } of due) await this.mails.enqueue(tx, 'usage-alert', id);
    return due.length;
  }
}

const CLAIM = `
  UPDATE usage_alerts SET sent_at = $1
  WHERE id IN (SELECT id FROM usage_alerts WHERE sent_at IS NULL ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
  RETURNING id`;
