import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createAllocation, dropAllocation, type Allocation } from './generators/allocation-v1';

/** A seat is an active member who is a person; its counter changes in the commit that changes the member. */
export class CountedSeats1763690000102 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return createAllocation(runner, SEATS);
  }

  down(runner: QueryRunner): Promise<void> {
    return dropAllocation(runner, SEATS);
  }
}

const SEATS: Allocation = {
  feature: 'seats',
  table: 'members',
  counts: (row) => `${row}.kind = 'person' AND ${row}.status = 'active'`,
};
