import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate } from './table-rules';

/** What each person has read of the log, and which mails about it they want. */
export class Notifications1763690000143 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CURSORS);
    await isolate(runner, 'notification_cursors');
    await runner.query(MARKS);
    await isolate(runner, 'notification_marks');
    await runner.query(PREFERENCES);
    await isolate(runner, 'notification_preferences');
    await audit(runner, 'notification_preferences', 'notification_preference');
    await runner.query(MAILS);
    await isolate(runner, 'notification_mails');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE notification_mails');
    await runner.query('DROP TABLE notification_preferences');
    await runner.query('DROP TABLE notification_marks');
    await runner.query('DROP TABLE notification_cursors');
  }
}

const CURSORS = `
  CREATE TABLE notification_cursors (
    business_id uuid NOT NULL,
    member_id uuid NOT NULL,
    read_through bigint NOT NULL,        -- all events up to this sequence are read, but for marks
    CONSTRAINT pk_notification_cursors PRIMARY KEY (business_id, member_id),
    CONSTRAINT fk_notification_cursors_member FOREIGN KEY (business_id, member_id)
      REFERENCES members (business_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_notification_cursors_read_through CHECK (read_through >= 0)
  )`;

// They refer to the cursor, which who marks holds, and not to the member: so a removal of the member, which locks it
// and then deletes the cursor, cannot deadlock with a mark.
const MARKS = `
  CREATE TABLE notification_marks (
    business_id uuid NOT NULL,
    member_id uuid NOT NULL,
    sequence bigint NOT NULL,
    is_read boolean NOT NULL,
    marked_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_notification_marks PRIMARY KEY (business_id, member_id, sequence),
    CONSTRAINT fk_notification_marks_cursor FOREIGN KEY (business_id, member_id)
      REFERENCES notification_cursors (business_id, member_id) ON DELETE CASCADE
  )`;

const PREFERENCES = `
  CREATE TABLE notification_preferences (
    business_id uuid NOT NULL,
    member_id uuid NOT NULL,
    type text NOT NULL,
    mail boolean NOT NULL,
    CONSTRAINT pk_notification_preferences PRIMARY KEY (business_id, member_id, type),
    CONSTRAINT fk_notification_preferences_member FOREIGN KEY (business_id, member_id)
      REFERENCES members (business_id, id) ON DELETE CASCADE
  )`;

const MAILS = `
  CREATE TABLE notification_mails (
    business_id uuid NOT NULL,
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    sequence bigint NOT NULL,
    created_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_notification_mails PRIMARY KEY (business_id, id),
    CONSTRAINT uq_notification_mails_event UNIQUE (business_id, member_id, sequence),
    CONSTRAINT fk_notification_mails_member FOREIGN KEY (business_id, member_id)
      REFERENCES members (business_id, id) ON DELETE CASCADE
  )`;
