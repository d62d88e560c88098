import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, orReplace, reserveForPlatform } from './table-rules';

/** Passkeys of people and of staff, which are second factors too, and the challenges that were answered. */
export class Passkeys1763690000161 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(PASSKEYS);
    await runner.query('CREATE INDEX ix_passkeys_owner_id ON passkeys (owner_id)');
    await reserveForPlatform(runner, 'passkeys');
    await audit(runner, 'passkeys', 'passkey', {
      businessColumn: null,
      masked: ['credential_id', 'public_key', 'counter'],
      updatesOf: ['name'],
    });
    await runner.query(USED_CHALLENGES);
    await runner.query(
      'CREATE INDEX ix_used_passkey_challenges_expires_at ON used_passkey_challenges (expires_at)',
    );
    await reserveForPlatform(runner, 'used_passkey_challenges');
    await runner.query(orReplace(noteSecondFactor(`${HAS_APP} OR ${HAS_PASSKEY}`)));
    await runner.query(`
      CREATE TRIGGER note_second_factor AFTER INSERT OR DELETE ON passkeys
      FOR EACH ROW EXECUTE FUNCTION note_second_factor()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE used_passkey_challenges');
    await runner.query('DELETE FROM passkeys'); // notes who has no second factor then
    await runner.query('DROP TABLE passkeys');
    await runner.query(orReplace(noteSecondFactor(HAS_APP)));
  }
}

const PASSKEYS = `
  CREATE TABLE passkeys (
    user_id uuid,
    staff_id uuid,
    owner_id uuid NOT NULL GENERATED ALWAYS AS (coalesce(user_id, staff_id)) STORED,
    id uuid NOT NULL,
    credential_id bytea NOT NULL,        -- of the authenticator
    public_key bytea NOT NULL,           -- COSE
    counter bigint NOT NULL,             -- of signatures; 0 forever: the authenticator has none
    transports text[] NOT NULL,          -- how a browser reaches the authenticator
    is_synced boolean NOT NULL,          -- its provider keeps it on several devices
    name text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    last_used_at timestamptz(3),
    CONSTRAINT pk_passkeys PRIMARY KEY (id),
    CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id),
    CONSTRAINT ck_passkeys_credential_id CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    CONSTRAINT ck_passkeys_counter CHECK (counter >= 0),
    CONSTRAINT fk_passkeys_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT fk_passkeys_staff FOREIGN KEY (staff_id) REFERENCES staff_accounts (id),
    CONSTRAINT ck_passkeys_owner CHECK (num_nonnulls(user_id, staff_id) = 1)
  )`;

const USED_CHALLENGES = `
  CREATE TABLE used_passkey_challenges (
    challenge_hash bytea NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_used_passkey_challenges PRIMARY KEY (challenge_hash),
    CONSTRAINT ck_used_passkey_challenges_hash CHECK (octet_length(challenge_hash) = 32)
  )`;

const HAS_APP =
  'EXISTS (SELECT FROM totp_factors WHERE owner_id = owner AND confirmed_at IS NOT NULL)';
const HAS_PASSKEY = 'EXISTS (SELECT FROM passkeys WHERE owner_id = owner)';

// A login that was checked against the password and the factors of before is refused: the version has changed.
function noteSecondFactor(hasOne: string): string {
  return `
  CREATE FUNCTION note_second_factor() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    owner uuid := coalesce(NEW.owner_id, OLD.owner_id);
    has_one boolean := ${hasOne};
  BEGIN
    UPDATE users SET has_second_factor = has_one, password_version = password_version + 1
    WHERE id = owner AND has_second_factor <> has_one;
    UPDATE staff_accounts SET has_second_factor = has_one, password_version = password_version + 1
    WHERE id = owner AND has_second_factor <> has_one;
    RETURN NULL;
  END $$`;
}
