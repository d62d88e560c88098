import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import type { Transaction } from '../database/transaction';
import { ORIGIN_FIELD, originOf } from '../queue/job-origin';
import type { MailTemplate } from './mail-templates';

/** The job that sends one mail. */
export const SEND_MAIL = 'mail.send';

/** Some 25 tries with growing pauses: a mail server may be away for three days. */
const MAXIMUM_TRIES = 25;

@Injectable()
export class MailQueue {
  /** Forgets mails that were asked for before this moment: sent by then, or given up. */
  async prune(tx: Transaction, before: Date): Promise<void> {
    await tx.execute('DELETE FROM mails WHERE created_at < $1', [before]);
  }

  /**
   * Asks for a mail about a row, in the sender's transaction, in one statement. The job holds the mail's id
   * and the mail the row's: keys and addresses are looked up when it is sent.
   */
  async enqueue(tx: Transaction, template: MailTemplate, subjectId: string): Promise<void> {
    const origin = JSON.stringify(originOf(tx));
    await tx.query(ENQUEUE, [
      newId(),
      template,
      subjectId,
      tx.now,
      SEND_MAIL,
      MAXIMUM_TRIES,
      origin,
    ]);
  }
}

const ENQUEUE = `
  WITH mail AS (
    INSERT INTO mails (id, template, subject_id, created_at) VALUES ($1, $2, $3, $4) RETURNING id
  )
  SELECT graphile_worker.add_job($5, json_build_object('mailId', id, '${ORIGIN_FIELD}', $7::json), max_attempts => $6) FROM mail`;
