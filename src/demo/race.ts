import { Choice } from '../common/fields';

export const RACE_WAYS = ['check_then_insert', 'admission'] as const;
export type RaceWay = (typeof RACE_WAYS)[number];

export class RaceRequest {
  @Choice('RaceWay', RACE_WAYS)
  way!: RaceWay;
}

/** docs/console.md describes the route. */
export interface RaceResponse {
  way: RaceWay;
  callers: number;
  limit: number;
  /** How many of the callers got through. */
  admitted: number;
}
