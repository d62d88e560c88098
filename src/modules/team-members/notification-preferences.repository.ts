import { Injectable } from '@nestjs/common';
import type { Role } from '../../common/access/permissions';
import type { Transaction } from '../../platform/database/transaction';

/** Whether a member wants mails about a type of event. */
export interface Preference {
  type: string;
  mail: boolean;
}

export interface MailedMember {
  id: string;
  email: string;
}

/** Who gets the mails of a type: a person's own word, else the role's default. */
export interface MailFilter {
  type: string;
  /** Who may read it. */
  readers: readonly Role[];
  /** Whose mails are on by default. */
  mailTo: readonly Role[];
}

/** Only what differs from the defaults, or did. */
@Injectable()
export class NotificationPreferencesRepository {
  listOf(tx: Transaction, memberId: string): Promise<Preference[]> {
    return tx.query<Preference>(
      'SELECT type, mail FROM notification_preferences WHERE business_id = $1 AND member_id = $2',
      [tx.requireBusinessId(), memberId],
    );
  }

  async save(tx: Transaction, memberId: string, preferences: readonly Preference[]): Promise<void> {
    await tx.execute(SAVE, [
      tx.requireBusinessId(),
      memberId,
      preferences.map(({ type }) => type),
      preferences.map(({ mail }) => mail),
    ]);
  }

  listMailed(tx: Transaction, { type, readers, mailTo }: MailFilter): Promise<MailedMember[]> {
    return tx.query<MailedMember>(MAILED, [tx.requireBusinessId(), type, readers, mailTo]);
  }

  /** Which of these pairs some member has switched mails on for; of one business each, in the scope of `tx`. */
  async listWanted(
    tx: Transaction,
    pairs: readonly { businessId: string; type: string }[],
  ): Promise<{ businessId: string; type: string }[]> {
    return tx.query(WANTED, [
      pairs.map(({ businessId }) => businessId),
      pairs.map(({ type }) => type),
    ]);
  }
}

const SAVE = `
  INSERT INTO notification_preferences (business_id, member_id, type, mail)
  SELECT $1, $2, type, mail FROM unnest($3::text[], $4::boolean[]) AS given (type, mail)
  ON CONFLICT (business_id, member_id, type) DO UPDATE SET mail = excluded.mail
  WHERE notification_preferences.mail <> excluded.mail`;

const MAILED = `
  SELECT member.id, users.email
  FROM members AS member JOIN users ON users.id = member.user_id
  LEFT JOIN notification_preferences AS preference
    ON preference.business_id = member.business_id AND preference.member_id = member.id AND preference.type = $2
  WHERE member.business_id = $1 AND member.status = 'active' AND member.role = ANY ($3)
    AND coalesce(preference.mail, member.role = ANY ($4))
  ORDER BY member.joined_at, member.id`;

const WANTED = `
  SELECT DISTINCT business_id AS "businessId", type FROM notification_preferences
  WHERE (business_id, type) IN (SELECT * FROM unnest($1::uuid[], $2::text[])) AND mail`;
