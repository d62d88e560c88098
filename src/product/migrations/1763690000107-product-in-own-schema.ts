import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  moveFromPublic,
  moveToPublic,
  wasInPublic,
  type Objects,
} from '../../../migrations/generators/own-schema-v1';

/** Moves the product's own to `tenantry`, where the installation was in `public`. */
export class ProductInOwnSchema1763690000107 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (await wasInPublic(runner)) await moveFromPublic(runner, OBJECTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    if (await wasInPublic(runner)) await moveToPublic(runner, OBJECTS);
  }
}

const OBJECTS: Objects = {
  tables: ['applications', 'recordings'],
  functions: [
    'admit_recordings',
    'allocate_applications',
    'announce',
    'announce_origins',
    'reallocate_applications',
  ],
};
