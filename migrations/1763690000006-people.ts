import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate, reserveForPlatform } from './table-rules';

const FOLD_ASCII = `translate(email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`;

/** Invitations, one-time keys, mail, staff and support sessions, and the memory of failed guesses. */
export class People1763690000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.makeMails(runner);
    await this.makeInvitations(runner);
    await this.makeOneTimeKeys(runner);
    await this.makeStaffSessions(runner);
    await this.makeSupportSessions(runner);
    await this.makeGuesses(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE guesses, support_sessions, staff_sessions, one_time_keys, invitations, mails',
    );
  }

  /** Names what a mail is about and holds nothing of it: the text is made when it is sent. */
  private async makeMails(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE mails (
        id uuid NOT NULL,
        template text NOT NULL,
        subject_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL,
        sent_at timestamptz(3),
        CONSTRAINT pk_mails PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX ix_mails_created_at ON mails (created_at)');
  }

  private async makeInvitations(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invitations (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        email text NOT NULL,
        email_folded text NOT NULL GENERATED ALWAYS AS (${FOLD_ASCII}) STORED,
        full_name text,
        role text NOT NULL,
        invited_by_id uuid,
        nonce bytea NOT NULL,
        key_hash bytea NOT NULL,           -- the key itself is derived from the nonce when the mail is sent
        created_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        accepted_at timestamptz(3),
        revoked_at timestamptz(3),
        CONSTRAINT pk_invitations PRIMARY KEY (business_id, id),
        CONSTRAINT uq_invitations_key_hash UNIQUE (key_hash),
        CONSTRAINT fk_invitations_business FOREIGN KEY (business_id) REFERENCES businesses (id),
        CONSTRAINT fk_invitations_invited_by FOREIGN KEY (business_id, invited_by_id)
          REFERENCES members (business_id, id) ON DELETE SET NULL (invited_by_id),
        CONSTRAINT ck_invitations_role CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
        CONSTRAINT ck_invitations_end CHECK (accepted_at IS NULL OR revoked_at IS NULL)
      )`);
    await runner.query(`
      CREATE UNIQUE INDEX uq_invitations_open ON invitations (business_id, email_folded)
      WHERE accepted_at IS NULL AND revoked_at IS NULL`);
    await runner.query(
      'CREATE INDEX ix_invitations_created_at ON invitations (business_id, created_at, id)',
    );
    await isolate(runner, 'invitations');
    await audit(runner, 'invitations', 'invitation', { masked: ['nonce', 'key_hash'] });
  }

  private async makeOneTimeKeys(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE one_time_keys (
        user_id uuid NOT NULL,
        purpose text NOT NULL,
        id uuid NOT NULL,
        nonce bytea NOT NULL,
        key_hash bytea NOT NULL,
        created_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_one_time_keys PRIMARY KEY (user_id, purpose), -- the newest wins: there is one
        CONSTRAINT uq_one_time_keys_id UNIQUE (id),
        CONSTRAINT uq_one_time_keys_key_hash UNIQUE (key_hash),
        CONSTRAINT fk_one_time_keys_user FOREIGN KEY (user_id) REFERENCES users (id),
        CONSTRAINT ck_one_time_keys_purpose CHECK (purpose IN ('password_reset', 'email_verification'))
      )`);
    await reserveForPlatform(runner, 'one_time_keys');
  }

  private async makeStaffSessions(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE staff_sessions (
        id uuid NOT NULL,
        staff_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        ip text,
        user_agent text,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_staff_sessions PRIMARY KEY (id),
        CONSTRAINT uq_staff_sessions_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_staff_sessions_staff FOREIGN KEY (staff_id) REFERENCES staff_accounts (id)
      )`);
    await runner.query('CREATE INDEX ix_staff_sessions_staff ON staff_sessions (staff_id)');
    await reserveForPlatform(runner, 'staff_sessions');
    await audit(runner, 'staff_sessions', 'staff_session', {
      businessColumn: null,
      masked: ['token_hash'],
    });
  }

  private async makeSupportSessions(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE support_sessions (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        member_id uuid NOT NULL,           -- the business's support member, in whose seat staff act
        staff_id uuid NOT NULL,
        staff_email text NOT NULL,         -- shown to the tenant, who cannot see staff accounts
        staff_session_id uuid,             -- it dies with this
        reason text NOT NULL,
        ticket text,
        mode text NOT NULL,
        token_hash bytea NOT NULL,
        started_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        ended_at timestamptz(3),
        CONSTRAINT pk_support_sessions PRIMARY KEY (business_id, id),
        CONSTRAINT uq_support_sessions_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_support_sessions_member FOREIGN KEY (business_id, member_id) REFERENCES members (business_id, id),
        CONSTRAINT fk_support_sessions_staff FOREIGN KEY (staff_id) REFERENCES staff_accounts (id),
        CONSTRAINT fk_support_sessions_staff_session FOREIGN KEY (staff_session_id) REFERENCES staff_sessions (id) ON DELETE SET NULL,
        CONSTRAINT ck_support_sessions_mode CHECK (mode IN ('read', 'write')),
        CONSTRAINT ck_support_sessions_length CHECK (expires_at <= started_at + interval '60 minutes')
      )`);
    await runner.query(
      'CREATE INDEX ix_support_sessions_started_at ON support_sessions (business_id, started_at, id)',
    );
    await runner.query(
      'CREATE INDEX ix_support_sessions_staff_session ON support_sessions (staff_session_id) WHERE ended_at IS NULL',
    );
    await isolate(runner, 'support_sessions');
    await audit(runner, 'support_sessions', 'support_session', { masked: ['token_hash'] });
  }

  /** In the form that rate-limiter-flexible expects. Keys are hashes: no addresses of people lie here. */
  private async makeGuesses(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE guesses (
        key varchar(255) NOT NULL,
        points integer NOT NULL DEFAULT 0,
        expire bigint,
        CONSTRAINT pk_guesses PRIMARY KEY (key)
      )`);
    await runner.query('CREATE INDEX ix_guesses_expire ON guesses (expire)');
  }
}
