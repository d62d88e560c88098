import { liveGrantsAt } from '../entitlements/business-grants.service';
import { LISTED_FEATURES } from '../features/features.service';
import { CURRENT_USAGE, toUsageView, type CurrentUsageRow } from '../subscriptions/current-usage';
import type { Holdings } from './entitlements';

export type HoldingsRow = CurrentUsageRow & Pick<Holdings, 'features' | 'own'>;

/**
 * All that decides what business $1 has, at the database's time, moved by $2 milliseconds. One statement: it takes one
 * round trip, and all of it is of one moment.
 */
export const HOLDINGS = `
  SELECT current.*, (${LISTED_FEATURES}) AS features, (${liveGrantsAt('current.now')}) AS own
  FROM (${CURRENT_USAGE}) AS current`;

export function toHoldings(row: HoldingsRow): Holdings {
  return { features: row.features, view: toUsageView(row), own: row.own };
}
