import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, reserveForPlatform } from './table-rules';

/**
 * Sessions of people who belong to no business: they log in, and found or join one. A table of its own, since a row of
 * `sessions` is a tenant's.
 */
export class SessionsWithoutABusiness1763690000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE user_sessions (
        id uuid NOT NULL,
        user_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        ip text,
        user_agent text,
        created_at timestamptz(3) NOT NULL,
        last_used_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_user_sessions PRIMARY KEY (id),
        CONSTRAINT uq_user_sessions_token_hash UNIQUE (token_hash),
        CONSTRAINT fk_user_sessions_user FOREIGN KEY (user_id) REFERENCES users (id)
      )`);
    await runner.query('CREATE INDEX ix_user_sessions_user ON user_sessions (user_id)');
    await reserveForPlatform(runner, 'user_sessions');
    await audit(runner, 'user_sessions', 'user_session', {
      businessColumn: null,
      masked: ['token_hash'],
      on: ['INSERT', 'DELETE'],
    });
    await runner.query(`
      CREATE TRIGGER announce_user_sessions AFTER DELETE ON user_sessions
      FOR EACH ROW EXECUTE FUNCTION announce_change('user_id')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE user_sessions');
  }
}
