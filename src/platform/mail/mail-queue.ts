import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import type { Transaction } from '../database/transaction';
import { BulkRank } from '../queue/bulk-rank';
import { ORIGIN_FIELD, originOf } from '../queue/job-origin';
import type { MailTemplate } from './mail-templates';

/** The job that sends one mail. */
export const SEND_MAIL = 'mail.send';
/** The same for a mail that a person waits for, in a lane of its own. */
export const SEND_AWAITED_MAIL = 'mail.send_awaited';

const AWAITED: ReadonlySet<MailTemplate> = new Set([
  'password-reset',
  'email-verification',
  'email-change-old',
  'email-change-new',
]);

/** Some 25 tries with growing pauses: covers three days of mail server downtime. */
const MAXIMUM_TRIES = 25;

@Injectable()
export class MailQueue {
  private readonly bulk = new BulkRank();

  /** Deletes mails requested before this moment: sent by then, or given up. */
  async prune(tx: Transaction, before: Date): Promise<void> {
    await tx.execute('DELETE FROM mails WHERE created_at < $1', [before]);
  }

  /**
   * Enqueues a mail about a row, in the caller's transaction, in one statement. The job holds the mail's id and the
   * mail the row's: keys and addresses are read when it is sent.
   */
  async enqueue(tx: Transaction, template: MailTemplate, subjectId: string): Promise<void> {
    const isAwaited = AWAITED.has(template);
    await tx.query(ENQUEUE, [
      newId(),
      template,
      subjectId,
      tx.now,
      isAwaited ? SEND_AWAITED_MAIL : SEND_MAIL,
      MAXIMUM_TRIES,
      JSON.stringify(originOf(tx)),
      isAwaited ? 0 : await this.bulk.next(tx.businessId),
    ]);
  }
}

const ENQUEUE = `
  WITH mail AS (
    INSERT INTO mails (id, template, subject_id, created_at) VALUES ($1, $2, $3, $4) RETURNING id
  )
  SELECT graphile_worker.add_job($5, json_build_object('mailId', id, '${ORIGIN_FIELD}', $7::json), max_attempts => $6, priority => $8) FROM mail`;
