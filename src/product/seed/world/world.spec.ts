import { isWorthSeeing } from '../demo-business.service';
import { isId } from '../../../common/ids';
import { SUBSCRIPTION_STATUSES } from '../../../modules/subscriptions/subscription.entity';
import type { SeedPlan } from '../chance/plan-choice';
import { SEEDED_COLUMNS, SEEDED_TABLES, type Row, type SeededTable } from '../rows/rows';
import { firstBusinessId, makeBusiness, shareWorld, type WorldOptions } from './world';

const plan = (
  slug: string,
  limits: [number | null, number | null, number | null],
  changes: Partial<SeedPlan>,
): SeedPlan => ({
  id: slug,
  slug,
  version: 1,
  interval: { unit: 'month', count: 1 },
  isDefault: false,
  isPublic: true,
  isFree: slug === 'free' || slug === 'unlimited',
  trialDays: 0,
  recordingsLimit: limits[0],
  applicationsLimit: limits[1],
  seatsLimit: limits[2],
  ...changes,
});
const plans = [
  plan('free', [100, 1, 3], { isDefault: true, interval: { unit: 'day', count: 15 } }),
  plan('pro', [10_000, 10, 20], {}),
  plan('pro-yearly', [120_000, 10, 20], { interval: { unit: 'year', count: 1 } }),
  plan('unlimited', [null, null, null], { isPublic: false }),
];
const options: WorldOptions = {
  seed: 1,
  businesses: 200,
  recordings: 20_000,
  today: new Date('2026-11-21'),
  plans,
  passwordHash: 'a hash',
};

function collect(changes: Partial<WorldOptions> = {}): Record<SeededTable, Row[]> {
  const tables = Object.fromEntries(
    SEEDED_TABLES.map((table): [SeededTable, Row[]] => [table, []]),
  ) as Record<SeededTable, Row[]>;
  const given = { ...options, ...changes };
  for (const share of shareWorld(given)) {
    const business = makeBusiness(given, share);
    for (const table of SEEDED_TABLES) tables[table].push(...(business.rows[table] ?? []));
    tables.recordings.push(...business.recordings());
  }
  return tables;
}

/** Of one table, and without making recordings. */
function rowsOf(table: SeededTable, changes: Partial<WorldOptions>): Row[] {
  const given = { ...options, ...changes };
  return [...shareWorld(given)].flatMap((share) => makeBusiness(given, share).rows[table] ?? []);
}

const world = collect();
const of = (rows: Row[], businessId: unknown) =>
  rows.filter((row) => row.business_id === businessId);
const keyOf = (...parts: Row[string][]) => JSON.stringify(parts);
const usedOf = (usage: unknown) => (usage as { recordings?: number }).recordings ?? 0;
const planOf = (row: Row) => plans.find(({ id }) => id === row.plan_id)!;

describe('a made-up world', () => {
  it('makes the same world twice, and another one from another seed', () => {
    expect(collect()).toEqual(world);
    expect(collect({ seed: 2 }).businesses).not.toEqual(world.businesses);
  });

  it('makes the same names, sizes and ids on another day', () => {
    const later = collect({ today: new Date('2027-02-28') });
    const ids = (rows: Row[]) => rows.map(({ id, name, email }) => ({ id, name, email }));
    for (const table of [
      'businesses',
      'users',
      'members',
      'subscriptions',
      'applications',
    ] as const)
      expect(ids(later[table])).toEqual(ids(world[table]));
    expect(later.recordings.map(({ id }) => id)).toEqual(world.recordings.map(({ id }) => id));
  });

  it('makes as many as configured, with unique ids', () => {
    expect(world.businesses).toHaveLength(200);
    expect(world.recordings).toHaveLength(20_000);
    expect(world.businesses[0]?.id).toBe(firstBusinessId(1));
    const ids = Object.values(world)
      .flatMap((rows) => rows.map(({ id }) => id))
      .filter(Boolean);
    expect(ids.every(isId)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(world.users.map(({ email }) => email)).size).toBe(world.users.length);
  });

  it('counts each period by its recordings', () => {
    const counted = new Map<string, number>();
    for (const { subscription_id, period_ordinal } of world.recordings) {
      const key = keyOf(subscription_id!, period_ordinal!);
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
    for (const { subscription_id, period_ordinal, used, carried_over } of world.usage_counters)
      expect(counted.get(keyOf(subscription_id!, period_ordinal!)) ?? 0).toBe(
        Number(used) - Number(carried_over),
      );
    for (const { subscription_id, ordinal, usage } of world.subscription_periods)
      expect(counted.get(keyOf(subscription_id!, ordinal!)) ?? 0).toBe(usedOf(usage));
  });

  it('respects the limits of every plan', () => {
    for (const subscription of world.subscriptions) {
      const { recordingsLimit, applicationsLimit, seatsLimit } = planOf(subscription);
      const businessId = subscription.business_id;
      const [counter] = of(world.usage_counters, businessId);
      const seats = of(world.members, businessId).filter(({ kind }) => kind === 'person');
      const ofPlan = Number(counter?.used) - Number(counter?.credited);
      expect(ofPlan).toBeLessThanOrEqual(recordingsLimit ?? Infinity);
      for (const period of of(world.subscription_periods, businessId)) {
        const spent = of(world.credits, businessId).map((credit) => credit.spent as number);
        const limit = planOf(period).recordingsLimit ?? Infinity;
        expect(usedOf(period.usage)).toBeLessThanOrEqual(limit + Math.max(0, ...spent));
      }
      expect(seats.length).toBeLessThanOrEqual(seatsLimit ?? Infinity);
      expect(of(world.applications, businessId).length).toBeLessThanOrEqual(
        applicationsLimit ?? Infinity,
      );
    }
  });

  it('puts every recording into the time of its period, and nothing after today', () => {
    const periods = new Map<string, Row>();
    for (const row of world.subscription_periods)
      periods.set(keyOf(row.subscription_id!, row.ordinal!), row);
    for (const row of world.subscriptions)
      periods.set(keyOf(row.id!, row.period_ordinal!), {
        start_time: row.period_start,
        end_time: row.period_end,
      } as Row);
    for (const { subscription_id, period_ordinal, created_at } of world.recordings) {
      const period = periods.get(keyOf(subscription_id!, period_ordinal!))!;
      expect(created_at! >= period.start_time! && created_at! < period.end_time!).toBe(true);
      expect(created_at! < options.today).toBe(true);
    }
  });

  it('gives every business an owner, an sdk and a support member, and a counter', () => {
    for (const { id } of world.businesses) {
      const members = of(world.members, id);
      for (const wanted of [{ role: 'owner' }, { kind: 'sdk' }, { kind: 'support' }])
        expect(
          members.filter((member) =>
            Object.entries(wanted).every(([key, value]) => member[key] === value),
          ),
        ).toHaveLength(1);
      expect(of(world.usage_counters, id)).toHaveLength(1);
    }
  });

  it('has subscriptions in all states and on all plans', () => {
    const statuses = new Set(world.subscriptions.map(({ status }) => status));
    expect(statuses).toEqual(new Set(SUBSCRIPTION_STATUSES));
    expect(new Set(world.subscriptions.map(({ plan_id }) => plan_id)).size).toBe(plans.length);
    expect(world.subscription_periods.length).toBeGreaterThan(300);
    const some = (is: (row: Row) => boolean) => world.subscriptions.some(is);
    expect(some((row) => row.status === 'active' && row.cancel_at_period_end === true)).toBe(true);
    expect(some((row) => row.status === 'active' && row.auto_renew === false)).toBe(true);
    expect(some((row) => row.scheduled_plan_id !== null)).toBe(true);
    expect(some((row) => row.period_end! <= new Date(+options.today + 60_000))).toBe(true);
  });

  it('has usage carried over by plan changes', () => {
    const counters = rowsOf('usage_counters', { seed: 3, businesses: 1_000 });
    const carrying = counters.filter(({ carried_over }) => Number(carried_over) > 0);
    expect(carrying.length).toBeGreaterThan(2);
  });

  it('has credits that are spent, partly spent, open, expired and void', () => {
    const credits = rowsOf('credits', { businesses: 1_000, recordings: 100_000 });
    const kindOf = ({ granted, spent, voided_at, expires_at }: Row) =>
      spent === granted
        ? 'spent'
        : Number(spent) > 0
          ? 'partly spent'
          : voided_at
            ? 'void'
            : expires_at && expires_at < options.today
              ? 'expired'
              : 'open';
    expect(new Set(credits.map(kindOf))).toEqual(
      new Set(['spent', 'partly spent', 'void', 'expired', 'open']),
    );
    for (const { created_at } of credits) expect(created_at! <= options.today).toBe(true);
  });

  it('has a history that explains the state of every subscription', () => {
    const told = [
      'status',
      'plan_id',
      'scheduled_plan_id',
      'cancel_at_period_end',
      'auto_renew',
      'period_ordinal',
    ];
    const standing = (row: Row) => told.map((column) => row[column]);
    for (const subscription of world.subscriptions) {
      const events = of(world.subscription_events, subscription.business_id);
      const last = events.at(-1)!;
      expect(events[0]).toMatchObject({ at: subscription.created_at, status_before: null });
      expect(standing(last).slice(0, -1)).toEqual(standing(subscription).slice(0, -1));
      expect(last.period_ordinal).toBeLessThanOrEqual(subscription.period_ordinal as number);
    }
  });

  it('names the columns of each table, all of them and no others', () => {
    for (const table of SEEDED_TABLES) {
      const wanted = Object.keys(SEEDED_COLUMNS[table]).sort();
      for (const row of world[table].slice(0, 20)) expect(Object.keys(row).sort()).toEqual(wanted);
    }
  });
});

it('a business to look around in has more than a day left of its period', () => {
  const { today } = options;
  const ends = Array.from({ length: 1_000 }, (_, seed) => ({ ...options, seed, businesses: 1 }))
    .map((given) => makeBusiness(given, { index: 0, recordings: 9_000 }))
    .filter((business) => isWorthSeeing(business, plans, today))
    .map(({ rows }) => Number(rows.subscriptions![0]!.period_end));
  expect(ends.length).toBeGreaterThan(20);
  expect(Math.min(...ends)).toBeGreaterThan(Number(today) + 86_400_000);
});
