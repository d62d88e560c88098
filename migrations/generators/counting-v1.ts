// What all functions that count say alike. A released version never changes.

/**
 * The highest percentage of a limit that `used` has reached; 0: none. SQL of three expressions. Written out where it is
 * needed: PostgreSQL does not inline a function with a subquery.
 */
export function alertLevel(used: string, granted: string, percentages: string): string {
  return `CASE
    WHEN ${granted} IS NULL OR ${granted} = 0 THEN 0
    WHEN ${percentages} IS NULL THEN CASE WHEN ${used} >= ${granted} THEN 100 WHEN (${used}) * 5 >= ${granted} * 4 THEN 80 ELSE 0 END
    ELSE (SELECT coalesce(max(percentage), 0) FROM unnest(${percentages}) AS percentage WHERE (${used}) * 100 >= ${granted} * percentage)
  END`;
}

/** The UTC day of a moment. */
export function dayOf(moment: string): string {
  return `(${moment} AT TIME ZONE 'UTC')::date`;
}

/** Usage of the counter's last day, with `more` on `day`; for an UPDATE of usage_counters AS counter. */
export function countedOn(day: string, more: string): string {
  return `today = ${day}, used_today = ${more} + CASE WHEN counter.today = ${day} THEN counter.used_today ELSE 0 END`;
}

/** Spends credits, what expires first first. `owed` is an item of FROM with `business_id`, `feature` and `units`. */
export function spendCredits(owed: string): string {
  return `UPDATE credits AS credit
    SET spent = credit.spent + share.taken
    FROM (
      SELECT live.business_id, live.id, least(live.left_over, owed.units - live.before) AS taken
      FROM ${owed}
      JOIN LATERAL (
        SELECT business_id, id, credits.granted - spent AS left_over,
               sum(credits.granted - spent) OVER (ORDER BY expires_at NULLS LAST, id) - (credits.granted - spent) AS before
        FROM credits
        WHERE business_id = owed.business_id AND feature = owed.feature AND voided_at IS NULL AND spent < credits.granted
          AND (expires_at IS NULL OR expires_at > moment)
      ) AS live ON live.before < owed.units
    ) AS share
    WHERE credit.business_id = share.business_id AND credit.id = share.id`;
}
