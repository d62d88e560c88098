import type { MigrationInterface, QueryRunner } from 'typeorm';
import { admissionSql } from '../../../migrations/generators/admission-v1';
import { createAdmission } from '../../../migrations/generators/admission-v2';
import { orReplace } from '../../../migrations/table-rules';
import { RECORDINGS } from './1763690000105-recordings-as-a-feature';

/** Recordings are admitted by the same rules in less time: a quarter for 64 of many businesses. */
export class AdmissionInFewerSteps1763690000154 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createAdmission(runner, RECORDINGS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(orReplace(admissionSql(RECORDINGS)));
  }
}
