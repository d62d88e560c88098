import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transaction';

/** The current period of a business after a shift. */
export interface ShiftedPeriod {
  start: Date;
  end: Date;
}

interface PeriodKey {
  subscriptionId: string;
  ordinal: number;
}

/** For development: the part of `TimeShiftService` that moves subscriptions. */
@Injectable()
export class PeriodShiftService {
  /** Moves the subscriptions of the business and their closed periods. @returns null when there are none */
  async shift(tx: Transaction, days: number): Promise<ShiftedPeriod | null> {
    if (!(await lockSubscriptions(tx))) return null;
    await movePeriods(tx, days);
    const moved = await tx.query<ShiftedPeriod & { isCurrent: boolean }>(MOVE_SUBSCRIPTIONS, [
      tx.requireBusinessId(),
      days,
    ]);
    const { start, end } = moved.find((each) => each.isCurrent)!; // each business has one
    return { start, end };
  }
}

/** Ended ones too: a business's periods may not overlap, so all move or none. @returns false when there are none */
async function lockSubscriptions(tx: Transaction): Promise<boolean> {
  const rows = await tx.query(
    'SELECT id FROM subscriptions WHERE business_id = $1 ORDER BY id FOR UPDATE',
    [tx.requireBusinessId()],
  );
  return rows.length > 0;
}

/** One by one, oldest first: the overlap constraint is checked per row, and each moves into free time. */
async function movePeriods(tx: Transaction, days: number): Promise<void> {
  const businessId = tx.requireBusinessId();
  const periods = await tx.query<PeriodKey>(
    `SELECT subscription_id AS "subscriptionId", ordinal FROM subscription_periods
     WHERE business_id = $1 ORDER BY start_time`,
    [businessId],
  );
  for (const { subscriptionId, ordinal } of periods)
    await tx.execute(MOVE_PERIOD, [businessId, days, subscriptionId, ordinal]);
}

// Of 24 hours, independent of the connection's time zone.
const BY_DAYS = `$2::integer * interval '24 hours'`;

const MOVE_PERIOD = `
  UPDATE subscription_periods
  SET start_time = start_time - ${BY_DAYS}, end_time = end_time - ${BY_DAYS}, closed_at = closed_at - ${BY_DAYS}
  WHERE business_id = $1 AND subscription_id = $3 AND ordinal = $4`;

const MOVE_SUBSCRIPTIONS = `
  UPDATE subscriptions
  SET anchor = anchor - ${BY_DAYS}, period_start = period_start - ${BY_DAYS}, period_end = period_end - ${BY_DAYS},
      runs_until = runs_until - ${BY_DAYS}, past_due_since = past_due_since - ${BY_DAYS},
      trial_ends_at = trial_ends_at - ${BY_DAYS}, paused_at = paused_at - ${BY_DAYS},
      cancel_at = cancel_at - ${BY_DAYS}, canceled_at = canceled_at - ${BY_DAYS}, ended_at = ended_at - ${BY_DAYS}, created_at = created_at - ${BY_DAYS}
  WHERE business_id = $1
  RETURNING is_current AS "isCurrent", period_start AS start, period_end AS end`;
