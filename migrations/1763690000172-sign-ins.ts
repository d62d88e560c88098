import type { MigrationInterface, QueryRunner } from 'typeorm';
import { reserveForPlatform } from './table-rules';

/** Sign-ins that wait for the answer of an identity provider. */
export class SignIns1763690000172 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SIGN_INS);
    await runner.query('CREATE INDEX ix_sign_ins_expires_at ON sign_ins (expires_at)');
    await reserveForPlatform(runner, 'sign_ins');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sign_ins');
  }
}

// Of the state and of what its browser holds, only hashes: the table alone does not suffice to finish a sign-in.
const SIGN_INS = `
  CREATE TABLE sign_ins (
    state_hash bytea NOT NULL,
    owner_hash bytea NOT NULL,           -- of what the browser holds, or of its session
    purpose text NOT NULL,
    provider text NOT NULL,
    secrets bytea NOT NULL,              -- encrypted: PKCE verifier, nonce, invitation
    created_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_sign_ins PRIMARY KEY (state_hash),
    CONSTRAINT ck_sign_ins_hashes CHECK (octet_length(state_hash) = 32 AND octet_length(owner_hash) = 32),
    CONSTRAINT ck_sign_ins_purpose CHECK (purpose IN ('sign_in', 'link', 'prove'))
  )`;
