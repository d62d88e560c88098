// The lower bound of a full renewal: three plain statements in one transaction. Handles only this one case (all on one
// plan of 15 days, none moved, canceled or behind, no concurrent work).
const { withClient } = require('./bench-database');

const DUE = `is_current AND status IN ('trialing', 'active', 'past_due') AND period_end <= now()`;

const STATEMENTS = [
  `INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, usage, closed_at)
   SELECT subscription.business_id, subscription.id, subscription.period_ordinal, period_start, period_end, plan_id,
          jsonb_build_object('recordings', used - carried_over), now()
   FROM subscriptions AS subscription JOIN usage_counters AS counter ON counter.business_id = subscription.business_id AND counter.subscription_id = subscription.id
   WHERE ${DUE}`,
  `UPDATE usage_counters AS counter
   SET period_ordinal = subscription.period_ordinal + 1, used = 0, carried_over = 0, credited = 0
   FROM subscriptions AS subscription
   WHERE subscription.business_id = counter.business_id AND subscription.id = counter.subscription_id AND ${DUE}`,
  `UPDATE subscriptions
   SET cycle = cycle + 1, period_ordinal = period_ordinal + 1, period_start = period_end,
       period_end = anchor + (cycle + 2) * interval '360 hours'
   WHERE ${DUE}`,
];

/** @returns how long it took, with its COMMIT */
async function renewBarely(url) {
  return withClient(url, async (client) => {
    const startedAt = performance.now();
    await client.query('BEGIN');
    for (const statement of STATEMENTS) await client.query(statement);
    await client.query('COMMIT');
    return performance.now() - startedAt;
  });
}

module.exports = { renewBarely };
