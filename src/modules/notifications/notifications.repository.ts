import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import type { Notification } from './notification';

export interface Reader {
  memberId: string;
  /** Those that the member may read. */
  types: readonly string[];
}

export interface NotificationFilter {
  limit: number;
  /** Newest first, those before this sequence. */
  before: number | null;
  isUnread: boolean;
}

export type FoundNotification = Omit<Notification, 'actorName'>;

/** A mail about an event for one member. */
export interface NotificationMail {
  id: string;
  businessId: string;
  memberId: string;
  sequence: number;
}

/** What a member has read of the log: all up to a sequence, but for marks; and the mails that are sent about it. */
@Injectable()
export class NotificationsRepository {
  list(
    tx: Transaction,
    reader: Reader,
    { limit, before, isUnread }: NotificationFilter,
  ): Promise<FoundNotification[]> {
    return tx.query<FoundNotification>(
      `${LIST} ${isUnread ? UNREAD : ''} ORDER BY event.sequence DESC LIMIT $5`,
      [...parametersOf(tx, reader), before ?? Number.MAX_SAFE_INTEGER, limit],
    );
  }

  /** @param most counts no further */
  async countUnread(tx: Transaction, reader: Reader, most: number): Promise<number> {
    const parameters = [...parametersOf(tx, reader), most];
    const [found] = await tx.query<{ count: number }>(COUNT, parameters);
    return found!.count;
  }

  /** The sequences of those of these that the member sees. */
  async listSequences(tx: Transaction, reader: Reader, ids: readonly string[]): Promise<number[]> {
    const parameters = [...parametersOf(tx, reader), ids];
    const rows = await tx.query<{ sequence: number }>(SEQUENCES, parameters);
    return rows.map(({ sequence }) => sequence);
  }

  /** Moves the cursor of the member forward to this sequence, or makes and locks it. */
  async lockCursor(tx: Transaction, memberId: string, through: number): Promise<void> {
    await tx.execute(LOCK_CURSOR, [tx.requireBusinessId(), memberId, through]);
  }

  /** Needs the cursor. */
  async mark(
    tx: Transaction,
    memberId: string,
    sequences: readonly number[],
    isRead: boolean,
  ): Promise<void> {
    await tx.execute(MARK, [tx.requireBusinessId(), memberId, sequences, isRead, tx.now]);
  }

  async deleteMarks(tx: Transaction, memberId: string, through: number): Promise<void> {
    await tx.execute(
      'DELETE FROM notification_marks WHERE business_id = $1 AND member_id = $2 AND sequence <= $3',
      [tx.requireBusinessId(), memberId, through],
    );
  }

  /** @returns the ids of those that there were not before: one an event and member */
  async insertMails(
    tx: Transaction,
    mails: readonly Omit<NotificationMail, 'businessId'>[],
  ): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(INSERT_MAILS, [
      tx.requireBusinessId(),
      mails.map(({ id }) => id),
      mails.map(({ memberId }) => memberId),
      mails.map(({ sequence }) => sequence),
      tx.now,
    ]);
    return rows.map(({ id }) => id);
  }

  /** Platform scope. */
  async findMail(tx: Transaction, id: string): Promise<NotificationMail | null> {
    const [mail] = await tx.query<NotificationMail>(MAIL, [id]);
    return mail ?? null;
  }

  /** Marks of events that are gone, and mails that were sent or given up. Platform scope. */
  async prune(tx: Transaction, marksBefore: Date, mailsBefore: Date): Promise<void> {
    await tx.execute('DELETE FROM notification_marks WHERE marked_at < $1', [marksBefore]);
    await tx.execute('DELETE FROM notification_mails WHERE created_at < $1', [mailsBefore]);
  }
}

function parametersOf(tx: Transaction, { memberId, types }: Reader): unknown[] {
  return [tx.requireBusinessId(), memberId, types];
}

// `unread_after`: no event up to it is unread, so a search for those begins there.
const READER = `
  WITH reader AS MATERIALIZED (
    SELECT member.joined_at, coalesce(place.read_through, 0) AS read_through,
           least(coalesce(place.read_through, 0), (
             SELECT min(sequence) - 1 FROM notification_marks
             WHERE business_id = $1 AND member_id = $2 AND NOT is_read)) AS unread_after
    FROM members AS member
    LEFT JOIN notification_cursors AS place ON place.business_id = member.business_id AND place.member_id = member.id
    WHERE member.business_id = $1 AND member.id = $2)`;

const IS_READ = `coalesce(mark.is_read, event.sequence <= (SELECT read_through FROM reader))`;

// What a member did is no news to it, nor what was before it joined.
const NEWS = `
  FROM events AS event
  LEFT JOIN notification_marks AS mark
    ON mark.business_id = event.business_id AND mark.sequence = event.sequence AND mark.member_id = $2
  WHERE event.business_id = $1 AND event.is_notice AND event.type = ANY ($3::text[])
    AND event.actor_id IS DISTINCT FROM $2::uuid AND event.created_at > (SELECT joined_at FROM reader)`;

const UNREAD = `AND event.sequence > (SELECT unread_after FROM reader) AND NOT ${IS_READ}`;

const LIST = `${READER}
  SELECT event.business_id AS "businessId", event.sequence::float8, event.id, event.type, event.data,
         event.created_at AS "createdAt", event.actor_id AS "actorId", ${IS_READ} AS "isRead"
  ${NEWS} AND event.sequence < $4`;

const COUNT = `${READER} SELECT count(*)::integer FROM (SELECT ${NEWS} ${UNREAD} LIMIT $4) AS unread`;

const SEQUENCES = `${READER} SELECT event.sequence::float8 ${NEWS} AND event.id = ANY ($4::uuid[])`;

const LOCK_CURSOR = `
  INSERT INTO notification_cursors AS place (business_id, member_id, read_through) VALUES ($1, $2, $3)
  ON CONFLICT (business_id, member_id)
  DO UPDATE SET read_through = greatest(place.read_through, excluded.read_through)`;

const MARK = `
  INSERT INTO notification_marks (business_id, member_id, sequence, is_read, marked_at)
  SELECT $1, $2, unnest($3::bigint[]), $4, $5
  ON CONFLICT (business_id, member_id, sequence)
  DO UPDATE SET is_read = excluded.is_read, marked_at = excluded.marked_at`;

const INSERT_MAILS = `
  INSERT INTO notification_mails (business_id, id, member_id, sequence, created_at)
  SELECT $1, id, member_id, sequence, $5
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) AS given (id, member_id, sequence)
  ON CONFLICT (business_id, member_id, sequence) DO NOTHING
  RETURNING id`;

const MAIL = `
  SELECT business_id AS "businessId", id, member_id AS "memberId", sequence::float8
  FROM notification_mails WHERE id = $1`;
