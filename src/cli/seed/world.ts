import { makeApplications } from './applications';
import { BUSINESS_FIELDS, BUSINESS_WORDS } from './names';
import { choosePlan, closedPeriodsOf, type SeedPlan } from './plan-choice';
import { Random } from './random';
import { makeRecordings } from './recordings';
import type { Row, Rows } from './rows';
import { shareOut } from './sizes';
import { makeSubscription, toSubscriptionRows, type SeededSubscription } from './subscription';
import { makeTeam, toMemberRows, toUserRow } from './team';
import { makeTimeline } from './timeline';

const MOST_CLOSED_PERIODS = 6;
// Sequences of their own for what happened when, so that names and ids depend on the seed and not on the day.
const HISTORY = 3;
const SESSIONS = 4;

export interface WorldOptions {
  seed: number;
  businesses: number;
  recordings: number;
  /** The beginning of a day; nothing has happened later. */
  today: Date;
  /** At least one, in an order that is always the same. */
  plans: readonly SeedPlan[];
  passwordHash: string;
}

/** A made-up tenant with everything that belongs to it. */
export interface SeededBusiness {
  name: string;
  planSlug: string;
  ownerEmail: string;
  people: number;
  recordingsCount: number;
  /** All rows but the recordings. */
  rows: Rows;
  recordings(): Generator<Row>;
}

/**
 * Makes up businesses, one at a time. The same seed, sizes and plans make the same names, sizes and ids on any day;
 * times follow `today`, since periods should be running when somebody looks.
 */
export function* makeWorld(world: WorldOptions): Generator<SeededBusiness> {
  let index = 0;
  for (const share of shareOut(world.recordings, world.businesses, world.seed)) {
    yield makeBusiness(world, index, share);
    index += 1;
  }
}

/** The id of a world's first business, by which the world is known. */
export function firstBusinessId(seed: number): string {
  return new Random(seed, 0).id();
}

function makeBusiness(world: WorldOptions, index: number, share: number): SeededBusiness {
  const { seed, today, passwordHash } = world;
  const random = new Random(seed, index);
  const id = random.id();
  const name = `${random.pick(BUSINESS_WORDS)} ${random.pick(BUSINESS_FIELDS)}`;
  const subscription = subscribe(world, index, id, share, random);
  const { plan, anchor: since } = subscription;
  const team = makeTeam(plan.seatsLimit, domainOf(name, index, seed), random);
  const applications = makeApplications(
    { businessId: id, businessName: name, limit: plan.applicationsLimit, since, today },
    random,
  );
  const applicationIds = applications.map((application) => application.id);
  return {
    name,
    planSlug: plan.slug,
    ownerEmail: team[0]?.email ?? '',
    people: team.length,
    recordingsCount: subscription.periods.reduce((sum, { recordings }) => sum + recordings, 0),
    rows: {
      businesses: [{ id, name, status: 'active', support_access: true, created_at: since }],
      users: team.map((person) => toUserRow(person, passwordHash, since)),
      members: toMemberRows(id, team, since, today, random),
      ...toSubscriptionRows(subscription),
      applications,
    },
    recordings: () =>
      makeRecordings(subscription, applicationIds, new Random(seed, index, SESSIONS)),
  };
}

function subscribe(
  { seed, plans, today }: WorldOptions,
  index: number,
  businessId: string,
  recordings: number,
  random: Random,
): SeededSubscription {
  const history = new Random(seed, index, HISTORY);
  const closed = random.integer(0, MOST_CLOSED_PERIODS);
  const plan = choosePlan(plans, recordings, closed, random);
  const timeline = makeTimeline(plan.interval, closedPeriodsOf(plan, closed), today, history);
  const identity = { id: random.id(), businessId, plan };
  return makeSubscription(identity, timeline, recordings, today, history);
}

/** No two businesses of all worlds share one; `.example` reaches nobody (RFC 2606). */
function domainOf(name: string, index: number, seed: number): string {
  return `${name.toLowerCase().replace(' ', '-')}-${index + 1}.seed${seed}.example`;
}
