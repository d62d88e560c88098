import type { SubscriptionStatus } from '../../modules/subscriptions/subscription.entity';
import type { SeededBusiness } from './world/world';

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
  /** Subscriptions by status. */
  statuses: Partial<Record<SubscriptionStatus, number>>;
  plans: Record<string, number>;
  /** The owner of the business with most recordings, and another one. */
  logins: SeedLogin[];
}

export function emptyReport(): SeedReport {
  return { businesses: 0, people: 0, recordings: 0, statuses: {}, plans: {}, logins: [] };
}

export function count(report: SeedReport, business: SeededBusiness): void {
  const { status, planSlug } = business;
  report.businesses += 1;
  report.people += business.people;
  report.recordings += business.recordingsCount;
  report.statuses[status] = (report.statuses[status] ?? 0) + 1;
  report.plans[planSlug] = (report.plans[planSlug] ?? 0) + 1;
  report.logins = withLogin(report.logins, toLogin(business));
}

function withLogin([largest, other]: SeedLogin[], login: SeedLogin): SeedLogin[] {
  if (!largest) return [login];
  return login.recordings > largest.recordings ? [login, largest] : [largest, other ?? login];
}

function toLogin({ ownerEmail, name, planSlug, recordingsCount }: SeededBusiness): SeedLogin {
  return { email: ownerEmail, business: name, plan: planSlug, recordings: recordingsCount };
}
