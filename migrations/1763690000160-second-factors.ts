import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, reserveForPlatform } from './table-rules';

/** Second factors of people and of staff, the logins that wait for one, and when a session was last proven. */
export class SecondFactors1763690000160 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column] of ADDED)
      await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column}`);
    for (const [table, change] of Object.entries(ANNOUNCED))
      await runner.query(announce(table, `${change.before}${change.also}`, change.subject));
    await this.makeFactors(runner);
    await this.makeChallenges(runner);
    await this.makeResets(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE factor_resets');
    await runner.query('DROP TABLE sign_in_challenges');
    await runner.query('DROP TABLE recovery_codes');
    await runner.query('DROP TABLE totp_factors');
    await runner.query('DROP FUNCTION note_second_factor');
    for (const [table, change] of Object.entries(ANNOUNCED))
      await runner.query(announce(table, change.before, change.subject));
    for (const [table, column] of [...ADDED].reverse())
      await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column.split(' ')[0]}`);
  }

  private async makeFactors(runner: QueryRunner): Promise<void> {
    await runner.query(TOTP_FACTORS);
    await reserveForPlatform(runner, 'totp_factors');
    await audit(runner, 'totp_factors', 'totp_factor', {
      businessColumn: null,
      masked: ['secret', 'last_step'],
      updatesOf: ['secret', 'confirmed_at'],
    });
    await runner.query(NOTE_SECOND_FACTOR);
    await runner.query(`
      CREATE TRIGGER note_second_factor AFTER INSERT OR DELETE OR UPDATE OF confirmed_at ON totp_factors
      FOR EACH ROW EXECUTE FUNCTION note_second_factor()`);
    await runner.query(RECOVERY_CODES);
    await reserveForPlatform(runner, 'recovery_codes');
    await audit(runner, 'recovery_codes', 'recovery_code', {
      businessColumn: null,
      masked: ['code_hash'],
    });
  }

  private async makeChallenges(runner: QueryRunner): Promise<void> {
    await runner.query(SIGN_IN_CHALLENGES);
    await runner.query(
      'CREATE INDEX ix_sign_in_challenges_expires_at ON sign_in_challenges (expires_at)',
    );
    await reserveForPlatform(runner, 'sign_in_challenges');
  }

  private async makeResets(runner: QueryRunner): Promise<void> {
    await runner.query(FACTOR_RESETS);
    await runner.query(
      'CREATE UNIQUE INDEX uq_factor_resets_open ON factor_resets (user_id) WHERE done_at IS NULL AND canceled_at IS NULL',
    );
    await reserveForPlatform(runner, 'factor_resets');
    await audit(runner, 'factor_resets', 'factor_reset', { businessColumn: null });
  }
}

/** A session that was never proven again was proven when it was opened. */
const OF_SESSIONS = [
  `signed_in_with text[] NOT NULL DEFAULT '{password}'`,
  'proven_at timestamptz(3)',
] as const;

const ADDED: readonly (readonly [table: string, column: string])[] = [
  ...['sessions', 'user_sessions', 'staff_sessions'].flatMap((table) =>
    OF_SESSIONS.map((column) => [table, column] as const),
  ),
  ['users', 'has_second_factor boolean NOT NULL DEFAULT false'],
  ['staff_accounts', 'has_second_factor boolean NOT NULL DEFAULT false'],
  ['businesses', 'require_second_factor boolean NOT NULL DEFAULT false'],
];

/** Credentials that processes keep in memory hold these too. */
const ANNOUNCED: Record<string, { before: string; also: string; subject: string }> = {
  sessions: { before: 'DELETE', also: ' OR UPDATE OF proven_at', subject: 'business_id' },
  user_sessions: { before: 'DELETE', also: ' OR UPDATE OF proven_at', subject: 'user_id' },
  businesses: {
    before: 'DELETE OR UPDATE OF name, status',
    also: ', require_second_factor',
    subject: 'id',
  },
  users: {
    before: 'DELETE OR UPDATE OF email, full_name, email_verified_at',
    also: ', has_second_factor',
    subject: 'id',
  },
};

function announce(table: string, events: string, subject: string): string {
  return `
    CREATE OR REPLACE TRIGGER announce_${table} AFTER ${events} ON ${table}
    FOR EACH ROW EXECUTE FUNCTION announce_change('${subject}')`;
}

/** Of a person or of staff. */
const OWNER = `
    user_id uuid,
    staff_id uuid,
    owner_id uuid NOT NULL GENERATED ALWAYS AS (coalesce(user_id, staff_id)) STORED`;

function ownerOf(table: string): string {
  return `
    CONSTRAINT fk_${table}_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT fk_${table}_staff FOREIGN KEY (staff_id) REFERENCES staff_accounts (id),
    CONSTRAINT ck_${table}_owner CHECK (num_nonnulls(user_id, staff_id) = 1)`;
}

const TOTP_FACTORS = `
  CREATE TABLE totp_factors (${OWNER},
    secret bytea NOT NULL,               -- encrypted
    created_at timestamptz(3) NOT NULL,
    confirmed_at timestamptz(3),         -- null: it is no factor yet
    last_step bigint,                    -- a code of it or an earlier step is used up
    CONSTRAINT pk_totp_factors PRIMARY KEY (owner_id),
    CONSTRAINT ck_totp_factors_confirmed CHECK ((confirmed_at IS NULL) = (last_step IS NULL)),${ownerOf('totp_factors')}
  )`;

// A login that was checked against the password and the factors of before is refused: the version has changed.
const NOTE_SECOND_FACTOR = `
  CREATE FUNCTION note_second_factor() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    owner uuid := coalesce(NEW.owner_id, OLD.owner_id);
    has_one boolean := EXISTS (SELECT FROM totp_factors WHERE owner_id = owner AND confirmed_at IS NOT NULL);
  BEGIN
    UPDATE users SET has_second_factor = has_one, password_version = password_version + 1
    WHERE id = owner AND has_second_factor <> has_one;
    UPDATE staff_accounts SET has_second_factor = has_one, password_version = password_version + 1
    WHERE id = owner AND has_second_factor <> has_one;
    RETURN NULL;
  END $$`;

const RECOVERY_CODES = `
  CREATE TABLE recovery_codes (${OWNER},
    code_hash bytea NOT NULL,
    CONSTRAINT pk_recovery_codes PRIMARY KEY (owner_id, code_hash),
    CONSTRAINT ck_recovery_codes_code_hash CHECK (octet_length(code_hash) = 32),${ownerOf('recovery_codes')}
  )`;

const SIGN_IN_CHALLENGES = `
  CREATE TABLE sign_in_challenges (${OWNER},
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    member_id uuid,                      -- whose business is entered; null: none
    password_version integer NOT NULL,   -- of the password that was checked
    tries integer NOT NULL DEFAULT 0,
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_sign_in_challenges PRIMARY KEY (id),
    CONSTRAINT uq_sign_in_challenges_token_hash UNIQUE (token_hash),
    CONSTRAINT ck_sign_in_challenges_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT ck_sign_in_challenges_tries CHECK (tries BETWEEN 0 AND 5),${ownerOf('sign_in_challenges')}
  )`;

const FACTOR_RESETS = `
  CREATE TABLE factor_resets (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    requested_by uuid,                   -- an owner; null: the operator
    requested_at timestamptz(3) NOT NULL,
    effective_at timestamptz(3) NOT NULL,
    done_at timestamptz(3),
    canceled_at timestamptz(3),
    CONSTRAINT pk_factor_resets PRIMARY KEY (id),
    CONSTRAINT fk_factor_resets_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT fk_factor_resets_requested_by FOREIGN KEY (requested_by) REFERENCES users (id),
    CONSTRAINT ck_factor_resets_end CHECK (num_nonnulls(done_at, canceled_at) <= 1),
    CONSTRAINT ck_factor_resets_delay CHECK (done_at >= effective_at)
  )`;
