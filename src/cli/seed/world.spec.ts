import { isId } from '../../common/ids';
import type { SeedPlan } from './plan-choice';
import type { Row, SeededTable } from './rows';
import { firstBusinessId, makeWorld, type WorldOptions } from './world';

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
  const world = {
    businesses: [],
    users: [],
    members: [],
    subscriptions: [],
    subscription_periods: [],
  };
  const tables: Record<SeededTable, Row[]> = {
    ...world,
    usage_counters: [],
    applications: [],
    recordings: [],
  };
  for (const business of makeWorld({ ...options, ...changes })) {
    for (const [table, rows] of Object.entries(business.rows))
      tables[table as SeededTable].push(...rows);
    tables.recordings.push(...business.recordings());
  }
  return tables;
}

const world = collect();
const of = (rows: Row[], businessId: unknown) =>
  rows.filter((row) => row.business_id === businessId);
const keyOf = (...parts: Row[string][]) => JSON.stringify(parts);
const planOf = (row: Row) => plans.find(({ id }) => id === row.plan_id)!;

describe('makeWorld', () => {
  it('makes the same world twice, and another of another seed', () => {
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

  it('makes as many as asked for, and ids that nothing else has', () => {
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

  it('counts each period as its recordings are', () => {
    const counted = new Map<string, number>();
    for (const { subscription_id, period_ordinal } of world.recordings) {
      const key = keyOf(subscription_id!, period_ordinal!);
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
    for (const { subscription_id, period_ordinal, used } of world.usage_counters)
      expect(counted.get(keyOf(subscription_id!, period_ordinal!)) ?? 0).toBe(used);
    for (const { subscription_id, ordinal, recordings_used } of world.subscription_periods)
      expect(counted.get(keyOf(subscription_id!, ordinal!)) ?? 0).toBe(recordings_used);
  });

  it('respects the limits of every plan', () => {
    for (const subscription of world.subscriptions) {
      const { recordingsLimit, applicationsLimit, seatsLimit } = planOf(subscription);
      const businessId = subscription.business_id;
      const [counter] = of(world.usage_counters, businessId);
      const seats = of(world.members, businessId).filter(({ kind }) => kind === 'person');
      const closed = of(world.subscription_periods, businessId).map(
        (row) => row.recordings_used as number,
      );
      expect(counter?.used).toBeLessThanOrEqual(recordingsLimit ?? Infinity);
      expect(Math.max(0, ...closed)).toBeLessThanOrEqual(recordingsLimit ?? Infinity);
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

  it('has subscriptions in several states and on all plans', () => {
    expect(new Set(world.subscriptions.map(({ status }) => status))).toEqual(
      new Set(['active', 'paused', 'canceled']),
    );
    expect(new Set(world.subscriptions.map(({ plan_id }) => plan_id)).size).toBe(plans.length);
    expect(world.subscription_periods.length).toBeGreaterThan(300);
  });
});
