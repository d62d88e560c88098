import { newId } from '../../src/common/ids';
import { METERED } from '../product/description';
import {
  changeSubscription,
  insertDueBusinesses,
  insertPlan,
  letPeriodEndIn,
  ONE_DAY_MS,
} from './subscriptions';
import type { TestDatabase } from './test-database';

/** Businesses without people whose period runs for ten more days. @param limit of the metered feature; null for none */
export async function insertTenants(
  database: TestDatabase,
  count: number,
  limit: number | null = null,
): Promise<string[]> {
  const businessIds = await insertDueBusinesses(database, count);
  const planSlug = `plan-${newId()}`;
  await insertPlan(database, planSlug, { recordings: limit });
  await database.query(
    'UPDATE usage_counters SET used = 0 WHERE feature = $2 AND business_id = ANY ($1)',
    [businessIds, METERED],
  );
  for (const businessId of businessIds) {
    await changeSubscription(database, businessId, { planSlug });
    await letPeriodEndIn(database, businessId, 10 * ONE_DAY_MS);
  }
  return businessIds;
}
