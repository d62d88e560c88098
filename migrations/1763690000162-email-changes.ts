import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, reserveForPlatform } from './table-rules';

/** Changes of people's addresses: both addresses confirm, and the old one can undo. */
export class EmailChanges1763690000162 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(EMAIL_CHANGES);
    await runner.query(
      `CREATE UNIQUE INDEX uq_email_changes_open ON email_changes (user_id) WHERE ${IS_OPEN}`,
    );
    await runner.query(
      `CREATE INDEX ix_email_changes_kept ON email_changes (old_email_compared) WHERE ${IS_KEPT}`,
    );
    await runner.query('CREATE INDEX ix_email_changes_user_id ON email_changes (user_id)');
    await reserveForPlatform(runner, 'email_changes');
    await audit(runner, 'email_changes', 'email_change', {
      businessColumn: null,
      masked: ['nonce', 'old_hash', 'new_hash', 'undo_hash'],
    });
    await runner.query(KEEP_OLD_EMAILS);
    await runner.query(`
      CREATE TRIGGER keep_old_emails AFTER INSERT OR UPDATE OF email, email_key ON users
      FOR EACH ROW EXECUTE FUNCTION keep_old_emails()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER keep_old_emails ON users');
    await runner.query('DROP FUNCTION keep_old_emails');
    await runner.query('DROP TABLE email_changes');
  }
}

const IS_OPEN = 'done_at IS NULL AND ended_at IS NULL';
const IS_KEPT = 'done_at IS NOT NULL AND ended_at IS NULL';

const EMAIL_CHANGES = `
  CREATE TABLE email_changes (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    old_email text NOT NULL,
    old_email_compared text NOT NULL,    -- as users compares addresses
    new_email text NOT NULL,
    new_email_compared text NOT NULL,
    nonce bytea NOT NULL,                -- of the three keys that are mailed
    old_hash bytea NOT NULL,
    new_hash bytea NOT NULL,
    undo_hash bytea NOT NULL,
    requested_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    old_confirmed_at timestamptz(3),
    new_confirmed_at timestamptz(3),
    done_at timestamptz(3),
    undo_ends_at timestamptz(3),
    ended_at timestamptz(3),             -- replaced, canceled, or undone
    CONSTRAINT pk_email_changes PRIMARY KEY (id),
    CONSTRAINT uq_email_changes_old_hash UNIQUE (old_hash),
    CONSTRAINT uq_email_changes_new_hash UNIQUE (new_hash),
    CONSTRAINT uq_email_changes_undo_hash UNIQUE (undo_hash),
    CONSTRAINT fk_email_changes_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT ck_email_changes_done CHECK (done_at IS NULL OR num_nulls(old_confirmed_at, new_confirmed_at) = 0),
    CONSTRAINT ck_email_changes_undo_ends_at CHECK ((done_at IS NULL) = (undo_ends_at IS NULL))
  )`;

// Somebody who took the address meanwhile would make the undoing impossible. After the row is there: a sign-up that
// waits for a change at the unique index then sees it.
const KEEP_OLD_EMAILS = `
  CREATE FUNCTION keep_old_emails() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM email_changes
               WHERE old_email_compared = CASE WHEN NEW.email_key IS NULL THEN NEW.email_folded ELSE NEW.email_key END
                 AND ${IS_KEPT} AND user_id <> NEW.id) THEN
      RAISE unique_violation USING CONSTRAINT = 'uq_users_email_folded', TABLE = 'users',
        MESSAGE = 'the address can still be taken back by who had it before';
    END IF;
    RETURN NULL;
  END $$`;
