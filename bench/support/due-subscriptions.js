// Businesses with one closed period each and a second one that ended during the last day, in batches.
const { withClient } = require('./bench-database');

const CHUNK = 50_000;
const USED = 7;

/** @param report receives how many exist */
async function seedDueSubscriptions(url, count, report) {
  await withClient(url, async (client) => {
    await setTriggers(client, 'DISABLE'); // audit and history rows, which renewal does not read
    for (let seeded = 0; seeded < count; seeded += CHUNK) {
      await client.query(SEED, [Math.min(CHUNK, count - seeded)]);
      report(Math.min(count, seeded + CHUNK));
    }
    await setTriggers(client, 'ENABLE');
    for (const table of ['businesses', 'subscriptions', 'subscription_periods', 'usage_counters'])
      await client.query(`VACUUM ANALYZE ${table}`);
  });
}

async function setTriggers(client, state) {
  for (const table of ['businesses', 'subscriptions'])
    await client.query(`ALTER TABLE ${table} ${state} TRIGGER USER`);
}

/** Throws unless each was renewed exactly once, with the usage of its counter. */
async function assertRenewedOnce(url, count) {
  const { rows } = await withClient(url, (client) => client.query(RENEWED, [USED]));
  const [{ renewed, torn }] = rows;
  if (renewed !== count || torn !== 0)
    throw new Error(`${renewed} of ${count} were renewed, ${torn} of them incorrectly`);
}

const SEED = `
  WITH numbered AS MATERIALIZED (
    SELECT uuid_v7() AS id, uuid_v7() AS subscription_id,
           date_trunc('milliseconds', now() - random() * interval '1 day') AS ended
    FROM generate_series(1, $1::integer)
  ), business AS (
    INSERT INTO businesses (id, name, status, support_access, created_at)
    SELECT id, 'Due', 'active', true, now() FROM numbered
  ), subscription AS (
    INSERT INTO subscriptions (business_id, id, plan_id, plan_version, status, is_current, anchor, cycle, period_ordinal,
                               period_start, period_end, auto_renew, cancel_at_period_end, created_at)
    SELECT numbered.id, subscription_id, plan.id, plan.version, 'active', true, ended - interval '720 hours', 1, 2,
           ended - interval '360 hours', ended, true, false, now()
    FROM numbered, plans AS plan WHERE plan.is_default
  ), period AS (
    INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, usage, closed_at)
    SELECT numbered.id, subscription_id, 1, ended - interval '720 hours', ended - interval '360 hours', plan.id, '{"recordings": 5}',
           ended - interval '360 hours'
    FROM numbered, plans AS plan WHERE plan.is_default
  )
  INSERT INTO usage_counters (business_id, feature, subscription_id, period_ordinal, used, carried_over)
  SELECT id, 'recordings', subscription_id, 2, ${USED}, 0 FROM numbered`;

const RENEWED = `
  SELECT count(*)::integer AS renewed,
         count(*) FILTER (WHERE (closed.usage ->> 'recordings')::integer <> $1 OR closed.end_time <> running.period_start OR running.period_ordinal <> 3
                                OR counter.period_ordinal <> 3 OR counter.used <> 0)::integer AS torn
  FROM subscription_periods AS closed
  JOIN subscriptions AS running ON running.business_id = closed.business_id AND running.id = closed.subscription_id
  JOIN usage_counters AS counter ON counter.business_id = closed.business_id AND counter.feature = 'recordings'
  WHERE closed.ordinal = 2`;

module.exports = { seedDueSubscriptions, assertRenewedOnce };
