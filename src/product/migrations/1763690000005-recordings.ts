import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate } from '../../../migrations/table-rules';

/** The example product: applications, and the recordings that their SDK sends. */
export class Recordings1763690000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE applications (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        bundle_id text,
        platform text,
        created_at timestamptz(3) NOT NULL,
        deleted_at timestamptz(3),         -- the row stays: its recordings name it
        CONSTRAINT pk_applications PRIMARY KEY (business_id, id),
        CONSTRAINT fk_applications_business FOREIGN KEY (business_id) REFERENCES businesses (id),
        CONSTRAINT ck_applications_platform CHECK (platform IN ('android', 'ios', 'web'))
      )`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_applications_bundle_id ON applications (business_id, bundle_id) WHERE deleted_at IS NULL',
    );
    await runner.query(
      'CREATE INDEX ix_applications_created_at ON applications (business_id, created_at, id) WHERE deleted_at IS NULL',
    );
    await isolate(runner, 'applications');
    await audit(runner, 'applications', 'application');

    // Every key and index begins with business_id, so that the table can be partitioned or distributed by it.
    // No foreign keys to businesses or subscriptions: the one statement that inserts here takes both from
    // their rows, and each key would cost a row lock for every recording.
    await runner.query(`
      CREATE TABLE recordings (
        business_id uuid NOT NULL,
        id uuid NOT NULL,
        external_id text NOT NULL,
        application_id uuid,
        subscription_id uuid NOT NULL,
        period_ordinal integer NOT NULL,   -- the one period that it counts in
        started_at timestamptz(3),
        duration_ms integer,
        device jsonb,
        metadata jsonb,
        created_at timestamptz(3) NOT NULL,
        deleted_at timestamptz(3),         -- a tombstone: the payload is wiped, the count stays
        CONSTRAINT pk_recordings PRIMARY KEY (business_id, id),
        CONSTRAINT uq_recordings_external_id UNIQUE (business_id, external_id),
        CONSTRAINT fk_recordings_application FOREIGN KEY (business_id, application_id) REFERENCES applications (business_id, id),
        CONSTRAINT ck_recordings_duration CHECK (duration_ms BETWEEN 0 AND 86400000),
        CONSTRAINT ck_recordings_payload CHECK ((deleted_at IS NULL) = (started_at IS NOT NULL) AND (deleted_at IS NULL) = (duration_ms IS NOT NULL)),
        CONSTRAINT ck_recordings_tombstone CHECK (deleted_at IS NULL OR (device IS NULL AND metadata IS NULL))
      )`);
    await runner.query(
      'CREATE INDEX ix_recordings_created_at ON recordings (business_id, created_at, id)',
    );
    await runner.query(
      'CREATE INDEX ix_recordings_application ON recordings (business_id, application_id, created_at, id)',
    );
    await isolate(runner, 'recordings');
    await audit(runner, 'recordings', 'recording', {
      on: ['UPDATE', 'DELETE'],
      masked: ['device', 'metadata'],
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE recordings, applications');
  }
}
