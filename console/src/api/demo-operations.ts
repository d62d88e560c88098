import type { Operation, ProblemError } from '@tenantry/client';
import { call } from './call';

// Routes that exist in development only, so that no contract has them. docs/console.md describes them.

export type RaceWay = 'check_then_insert' | 'admission';

export interface RaceResult {
  way: RaceWay;
  callers: number;
  limit: number;
  admitted: number;
}

const raceRun: Operation<{ body: { way: RaceWay } }, RaceResult, ProblemError> = {
  method: 'POST',
  path: '/v1/demo/races',
};

export const races = {
  run: (way: RaceWay) => call(raceRun, { body: { way } }),
};
