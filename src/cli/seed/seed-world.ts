import type { Transaction } from '../../platform/database/transaction';
import type { SeedPlan } from './plan-choice';
import { SeedWriter } from './seed-writer';
import { firstBusinessId, makeWorld, type SeededBusiness, type WorldOptions } from './world';

/** An owner of a made-up business, to log in as. */
export interface SeedLogin {
  email: string;
  business: string;
  plan: string;
  recordings: number;
}

export interface SeedReport {
  businesses: number;
  people: number;
  recordings: number;
  /** The day that all times are relative to. */
  today: string;
  /** The owner of the business with most recordings, and of another one. */
  logins: SeedLogin[];
}

/**
 * Makes up a world and writes it, all of it or nothing, in this one transaction of platform scope.
 * @param onProgress is told how many businesses and recordings have been written, together
 * @returns null when the world of this seed is there already
 */
export async function seedWorld(
  tx: Transaction,
  options: Omit<WorldOptions, 'today' | 'plans'>,
  onProgress: (written: number) => void,
): Promise<SeedReport | null> {
  if (await isSeeded(tx, options.seed)) return null;
  const today = tx.now.toISOString().slice(0, 10);
  const plans = await tx.query<SeedPlan>(PLANS);
  const report: SeedReport = { businesses: 0, people: 0, recordings: 0, today, logins: [] };
  const writer = new SeedWriter(tx, onProgress);
  for (const business of makeWorld({ ...options, today: new Date(today), plans })) {
    await writer.add(business);
    count(report, business);
  }
  await writer.finish();
  return report;
}

async function isSeeded(tx: Transaction, seed: number): Promise<boolean> {
  const found = await tx.query('SELECT id FROM businesses WHERE id = $1', [firstBusinessId(seed)]);
  return found.length > 0;
}

function count(report: SeedReport, business: SeededBusiness): void {
  report.businesses += 1;
  report.people += business.people;
  report.recordings += business.recordingsCount;
  report.logins = withLogin(report.logins, toLogin(business));
}

function withLogin([largest, other]: SeedLogin[], login: SeedLogin): SeedLogin[] {
  if (!largest) return [login];
  return login.recordings > largest.recordings ? [login, largest] : [largest, other ?? login];
}

function toLogin({ ownerEmail, name, planSlug, recordingsCount }: SeededBusiness): SeedLogin {
  return { email: ownerEmail, business: name, plan: planSlug, recordings: recordingsCount };
}

const PLANS = `
  SELECT plans.id, plans.slug, plans.version, plans.is_default AS "isDefault", plans.is_public AS "isPublic",
         json_build_object('unit', terms.interval_unit, 'count', terms.interval_count) AS interval,
         plans.recordings_limit::float8 AS "recordingsLimit", plans.applications_limit::float8 AS "applicationsLimit",
         plans.seats_limit::float8 AS "seatsLimit"
  FROM plans JOIN plan_versions AS terms ON terms.plan_id = plans.id AND terms.version = plans.version
  WHERE plans.archived_at IS NULL ORDER BY plans.slug COLLATE "C"`;
