import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  createAdmission,
  dropAdmission,
  type AdmissionOptions,
} from '../../../migrations/generators/admission-v1';
import {
  createAllocation,
  dropAllocation,
  type Allocation,
} from '../../../migrations/generators/allocation-v1';
import { admitRecordings, DOUBTING } from './1763690000085-reported-starts';

/** Recordings are admitted by a generated function, and applications counted in the commit that writes them. */
export class RecordingsAsAFeature1763690000105 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION admit_recordings');
    await createAdmission(runner, RECORDINGS);
    await createAllocation(runner, APPLICATIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropAllocation(runner, APPLICATIONS);
    await dropAdmission(runner, RECORDINGS);
    await runner.query(admitRecordings(DOUBTING));
  }
}

// Before 2015 a device shows the zero of its clock (1970, 1980, 2000, 2001, 2010); a day ahead leaves room for a wrong
// time zone. A start that no working clock reports is kept aside.
const IS_BELIEVED = `judged.started_at BETWEEN '2015-01-01T00:00:00Z' AND moment + interval '24 hours'`;

export const RECORDINGS: AdmissionOptions = {
  feature: 'recordings',
  resets: 'period',
  table: 'recordings',
  idempotentBy: 'external_id',
  columns: [
    { name: 'external_id', type: 'text' },
    { name: 'application_id', type: 'uuid' },
    {
      name: 'started_at',
      type: 'timestamptz',
      stored: `CASE WHEN ${IS_BELIEVED} THEN judged.started_at ELSE arrival END`,
    },
    {
      name: 'reported_started_at',
      type: 'timestamptz',
      isComputed: true,
      stored: `CASE WHEN NOT ${IS_BELIEVED} THEN judged.started_at END`,
    },
    { name: 'duration_ms', type: 'integer' },
    { name: 'device', type: 'jsonb' },
    { name: 'metadata', type: 'jsonb' },
  ],
  references: [
    {
      column: 'application_id',
      table: 'applications',
      isLive: 'named.deleted_at IS NULL',
      outcome: 'no_application',
    },
  ],
  answers: [{ name: 'is_start_believed', type: 'boolean', value: IS_BELIEVED }],
};

const APPLICATIONS: Allocation = {
  feature: 'applications',
  table: 'applications',
  counts: (row) => `${row}.deleted_at IS NULL`,
};
