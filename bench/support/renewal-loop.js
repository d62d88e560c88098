// The obvious implementation: load a subscription with its plan and counter, decide, and save each by TypeORM.
const { DataSource, EntitySchema } = require('typeorm');
const { built } = require('./bench-database');

const uuid = { type: 'uuid' };
const time = { type: 'timestamptz', precision: 3 };
const number = { type: 'bigint' };

const ClosedPeriod = new EntitySchema({
  name: 'ClosedPeriod',
  tableName: 'subscription_periods',
  columns: {
    businessId: { ...uuid, name: 'business_id', primary: true },
    subscriptionId: { ...uuid, name: 'subscription_id', primary: true },
    ordinal: { type: 'integer', primary: true },
    startTime: { ...time, name: 'start_time' },
    endTime: { ...time, name: 'end_time' },
    planId: { ...uuid, name: 'plan_id' },
    usage: { type: 'jsonb' },
    closedAt: { ...time, name: 'closed_at' },
  },
});

const Counter = new EntitySchema({
  name: 'Counter',
  tableName: 'usage_counters',
  columns: {
    businessId: { ...uuid, name: 'business_id', primary: true },
    feature: { type: 'text', primary: true },
    periodOrdinal: { type: 'integer', name: 'period_ordinal' },
    used: number,
    carriedOver: { ...number, name: 'carried_over' },
    credited: number,
  },
});

/** @returns milliseconds per subscription, over a sample */
async function renewInALoop(url, sample) {
  const { schema } = built('schema.js');
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: [...schema.entities, ClosedPeriod, Counter],
    extra: { options: '-c app.scope=platform' },
  });
  await dataSource.initialize();
  try {
    const due = await findDue(dataSource, sample);
    const startedAt = performance.now();
    for (const key of due) await dataSource.transaction((manager) => renewOne(manager, key));
    return (performance.now() - startedAt) / due.length;
  } finally {
    await dataSource.destroy();
  }
}

function findDue(dataSource, sample) {
  return dataSource.query(
    `SELECT business_id AS "businessId", id FROM subscriptions
     WHERE is_current AND status = 'active' AND period_end <= now() ORDER BY period_end LIMIT $1`,
    [sample],
  );
}

async function renewOne(manager, key) {
  const { Subscription } = built('modules/subscriptions/subscription.entity.js');
  const { decideRenewal } = built('modules/subscriptions/decisions/renewal-decision.js');
  const { businessId } = key;
  const subscription = await manager.findOneByOrFail(Subscription, key);
  const counter = await manager.findOneByOrFail(Counter, { businessId, feature: 'recordings' });
  const now = new Date();
  const { closed, next } = decideRenewal(subscription, await plansOf(manager, subscription), now);
  const [{ ordinal, start, end, planId }] = closed;
  const period = { businessId, subscriptionId: key.id, ordinal, planId };
  const kept = {
    startTime: start,
    endTime: end,
    usage: { recordings: Number(counter.used) },
    closedAt: now,
  };
  await manager.save(ClosedPeriod, { ...period, ...kept });
  await manager.save(Subscription, Object.assign(subscription, next));
  const { periodOrdinal } = next;
  await manager.save(Counter, { ...counter, periodOrdinal, used: 0, carriedOver: 0, credited: 0 });
}

async function plansOf(manager, { planId, planVersion }) {
  const { Plan, PlanVersion } = built('modules/plans/plan.entity.js');
  const plan = await manager.findOneByOrFail(Plan, { id: planId });
  const version = await manager.findOneByOrFail(PlanVersion, { planId, version: planVersion });
  const interval = { unit: version.intervalUnit, count: version.intervalCount };
  const current = { ...plan, interval, isFree: version.priceAmount === 0 };
  return { current, currentInterval: interval, scheduled: null, default: current };
}

module.exports = { renewInALoop };
