import { APPLICATION_NAMES, DEVICES } from '../chance/names';
import type { Random } from '../chance/random';
import { between, type Row } from '../rows/rows';
import { heavyTailed } from '../chance/sizes';

const MOST = APPLICATION_NAMES.length;

export interface ApplicationsOwner {
  businessId: string;
  businessName: string;
  /** Of the plan; null: unlimited. */
  limit: number | null;
  since: Date;
  today: Date;
}

/** The apps of a business, at most as many as its plan allows. */
export function makeApplications(
  owner: ApplicationsOwner,
  random: Random,
): (Row & { id: string })[] {
  const { businessId, businessName, limit, since, today } = owner;
  const count = Math.min(limit ?? MOST, heavyTailed(MOST, random)); // none where the plan allows none
  const word = businessName.toLowerCase().replace(' ', '');
  return APPLICATION_NAMES.slice(0, count).map((suffix, order) => ({
    business_id: businessId,
    id: random.id(),
    name: `${businessName} ${suffix}`,
    bundle_id: `com.${word}.${suffix.toLowerCase()}`,
    platform: random.pick(DEVICES).platform,
    created_at: between(since, today, order / (2 * MOST)),
    deleted_at: null,
  }));
}
