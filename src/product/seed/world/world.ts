import type { SubscriptionStatus } from '../../../modules/subscriptions/subscription.entity';
import { makeApplications } from './applications';
import { makeCredits } from '../subscriptions/credits';
import { toEventRows } from './history';
import { standingOf } from '../subscriptions/scenarios';
import { BUSINESS_FIELDS, BUSINESS_WORDS } from '../chance/names';
import { choosePlan, closedPeriodsOf, type SeedPlan } from '../chance/plan-choice';
import { Random } from '../chance/random';
import { makeRecordings } from './recordings';
import type { Row, Rows } from '../rows/rows';
import { shareOut } from '../chance/sizes';
import {
  makeSubscription,
  toSubscriptionRows,
  type SeededSubscription,
} from '../subscriptions/subscription';
import { makeTeam, toMemberRows, toUserRow, type Person } from './team';

const MOST_CLOSED_PERIODS = 6;
// Random streams of their own for events, so that names and ids depend on the seed and not on the day.
const HISTORY = 3;
const SESSIONS = 4;
const CREDITS = 5;
const EVENTS = 6;

export interface WorldOptions {
  seed: number;
  businesses: number;
  recordings: number;
  /** The start of a day; nothing happens later. */
  today: Date;
  /** At least one, in a fixed order. */
  plans: readonly SeedPlan[];
  passwordHash: string;
}

/** A business to make up: its index, and how many recordings it has. */
export interface Share {
  index: number;
  recordings: number;
}

/** A made-up tenant with everything that belongs to it. */
export interface SeededBusiness {
  id: string;
  name: string;
  planSlug: string;
  status: SubscriptionStatus;
  ownerEmail: string;
  people: number;
  recordingsCount: number;
  /** All rows but the recordings and their days. */
  rows: Rows;
  recordings(): Generator<Row>;
}

/** All businesses of a world, in order, with their number of recordings. */
export function* shareWorld(world: WorldOptions): Generator<Share> {
  let index = 0;
  for (const recordings of shareOut(world.recordings, world.businesses, world.seed)) {
    yield { index, recordings };
    index += 1;
  }
}

/** The id of a world's first business, which identifies the world. */
export function firstBusinessId(seed: number): string {
  return new Random(seed, 0).id();
}

/**
 * Makes up a business. The same seed, sizes and plans make the same names, sizes and ids on any day; times are relative
 * to `today`, so that periods are current.
 */
export function makeBusiness(world: WorldOptions, { index, recordings }: Share): SeededBusiness {
  const { seed, today } = world;
  const random = new Random(seed, index);
  const id = random.id();
  const name = `${random.pick(BUSINESS_WORDS)} ${random.pick(BUSINESS_FIELDS)}`;
  const subscription = subscribe(world, index, id, recordings, random);
  const { plan } = subscription;
  const since = subscription.periods[0]!.start;
  const team = makeTeam(plan.seatsLimit, domainOf(name, index, seed), random);
  const applications = makeApplications(
    { businessId: id, businessName: name, limit: plan.applicationsLimit, since, today },
    random,
  );
  return {
    id,
    name,
    planSlug: plan.slug,
    status: standingOf(subscription).status,
    ownerEmail: team[0]!.email, // a team has an owner
    people: team.length,
    recordingsCount: subscription.periods.reduce((sum, period) => sum + period.recordings, 0),
    rows: {
      businesses: [{ id, name, status: 'active', support_access: true, created_at: since }],
      users: team.map((person) => toUserRow(person, world.passwordHash, since)),
      members: toMemberRows(id, team, since, today, random),
      ...toHistoryRows(world, index, subscription, team[0]!),
      applications,
    },
    recordings: () =>
      makeRecordings(
        subscription,
        applications.map((application) => application.id),
        new Random(seed, index, SESSIONS),
      ),
  };
}

function toHistoryRows(
  { seed, today }: WorldOptions,
  index: number,
  subscription: SeededSubscription,
  owner: Person,
): Rows {
  return {
    ...toSubscriptionRows(subscription, today),
    subscription_events: toEventRows(subscription, owner, new Random(seed, index, EVENTS)),
    credits: makeCredits(subscription, today, new Random(seed, index, CREDITS)),
  };
}

function subscribe(
  { seed, plans, today }: WorldOptions,
  index: number,
  businessId: string,
  recordings: number,
  random: Random,
): SeededSubscription {
  const draw = random.next();
  const passed = Math.floor((MOST_CLOSED_PERIODS + 1) * draw * draw); // a growing world: most are young
  const plan = choosePlan(plans, recordings, passed, random);
  const closed = closedPeriodsOf(plan, passed);
  const identity = { id: random.id(), businessId, plan };
  const history = new Random(seed, index, HISTORY);
  return makeSubscription(identity, { plan, plans, closed, today }, recordings, history);
}

/** Unique across all worlds; mail to `.example` is not delivered (RFC 2606). */
function domainOf(name: string, index: number, seed: number): string {
  return `${name.toLowerCase().replace(' ', '-')}-${index + 1}.seed${seed}.example`;
}
