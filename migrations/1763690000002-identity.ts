import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate, isolateBy, reserveForPlatform } from './table-rules';

const FOLD_ASCII = `translate(email, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`;

/** Businesses, the people in them, their sessions and keys, and the staff of the installation. */
export class Identity1763690000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE businesses (
        id uuid NOT NULL,
        name text NOT NULL,
        status text NOT NULL,
        support_access boolean NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_businesses PRIMARY KEY (id),
        CONSTRAINT ck_businesses_status CHECK (status IN ('active', 'deactivated'))
      )`);
    await isolate(runner, 'businesses', 'id');
    await audit(runner, 'businesses', 'business', { businessColumn: 'id' });

    // E-mail addresses are the same after folding ASCII letters only: with Unicode folding, look-alikes would meet.
    await runner.query(`
      CREATE TABLE users (
        id uuid NOT NULL,
        email text NOT NULL,
        email_folded text NOT NULL GENERATED ALWAYS AS (${FOLD_ASCII}) STORED,
        email_verified_at timestamptz(3),
        full_name text NOT NULL,
        password_hash text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_users PRIMARY KEY (id),
        CONSTRAINT uq_users_email_folded UNIQUE (email_folded)
      )`);
    await audit(runner, 'users', 'user', { businessColumn: null, masked: ['password_hash'] });

    await runner.query(`
      CREATE TABLE members (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        role text,
        status text NOT NULL,
        user_id uuid,
        joined_at timestamptz(3) NOT NULL,
        last_used_at timestamptz(3),
        CONSTRAINT pk_members PRIMARY KEY (business_id, id),
        CONSTRAINT uq_members_user UNIQUE (business_id, user_id),
        CONSTRAINT fk_members_business FOREIGN KEY (business_id) REFERENCES businesses (id),
        CONSTRAINT fk_members_user FOREIGN KEY (user_id) REFERENCES users (id),
        CONSTRAINT ck_members_kind CHECK (kind IN ('person', 'sdk', 'support')),
        CONSTRAINT ck_members_role CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
        CONSTRAINT ck_members_status CHECK (status IN ('active', 'deactivated')),
        CONSTRAINT ck_members_person CHECK ((kind = 'person') = (user_id IS NOT NULL) AND (kind = 'person') = (role IS NOT NULL))
      )`);
    await runner.query(
      `CREATE UNIQUE INDEX uq_members_system ON members (business_id, kind) WHERE kind <> 'person'`,
    );
    await runner.query('CREATE INDEX ix_members_user ON members (user_id)');
    await isolate(runner, 'members');
    await audit(runner, 'members', 'member', { updatesOf: ['kind', 'role', 'status', 'user_id'] });
    await isolateBy(
      runner,
      'users',
      'EXISTS (SELECT FROM members WHERE members.user_id = users.id)',
    );

    await runner.query(`
      CREATE TABLE sessions (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        member_id uuid NOT NULL,
        user_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        ip text,
        user_agent text,
        created_at timestamptz(3) NOT NULL,
        last_used_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_sessions PRIMARY KEY (business_id, id),
        CONSTRAINT uq_sessions_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_sessions_member FOREIGN KEY (business_id, member_id) REFERENCES members (business_id, id) ON DELETE CASCADE,
        CONSTRAINT fk_sessions_user FOREIGN KEY (user_id) REFERENCES users (id)
      )`);
    await runner.query('CREATE INDEX ix_sessions_member ON sessions (business_id, member_id)');
    await runner.query('CREATE INDEX ix_sessions_user ON sessions (user_id)');
    await isolate(runner, 'sessions');
    await audit(runner, 'sessions', 'session', {
      masked: ['token_hash'],
      on: ['INSERT', 'DELETE'],
    });

    await runner.query(`
      CREATE TABLE api_keys (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        member_id uuid NOT NULL,
        name text NOT NULL,
        token_hash bytea NOT NULL,
        hint text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        last_used_at timestamptz(3),
        expires_at timestamptz(3),
        revoked_at timestamptz(3),
        rotated_to_id uuid,
        CONSTRAINT pk_api_keys PRIMARY KEY (business_id, id),
        CONSTRAINT uq_api_keys_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_api_keys_member FOREIGN KEY (business_id, member_id) REFERENCES members (business_id, id),
        CONSTRAINT fk_api_keys_rotated_to FOREIGN KEY (business_id, rotated_to_id) REFERENCES api_keys (business_id, id)
      )`);
    await runner.query(
      'CREATE INDEX ix_api_keys_created_at ON api_keys (business_id, created_at, id)',
    );
    await isolate(runner, 'api_keys');
    await audit(runner, 'api_keys', 'api_key', {
      masked: ['token_hash'],
      updatesOf: ['name', 'token_hash', 'expires_at', 'revoked_at', 'rotated_to_id'],
    });

    await runner.query(`
      CREATE TABLE staff_accounts (
        id uuid NOT NULL,
        email text NOT NULL,
        email_folded text NOT NULL GENERATED ALWAYS AS (${FOLD_ASCII}) STORED,
        name text NOT NULL,
        password_hash text NOT NULL,
        status text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_staff_accounts PRIMARY KEY (id),
        CONSTRAINT uq_staff_accounts_email_folded UNIQUE (email_folded),
        CONSTRAINT ck_staff_accounts_status CHECK (status IN ('active', 'disabled'))
      )`);
    await reserveForPlatform(runner, 'staff_accounts');
    await audit(runner, 'staff_accounts', 'staff_account', {
      businessColumn: null,
      masked: ['password_hash'],
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    // users' policy reads members, so it goes first
    await runner.query('DROP POLICY users_isolation ON users');
    await runner.query('DROP TABLE staff_accounts, api_keys, sessions, members, users, businesses');
  }
}
