import type { ClosedPeriod, RenewableSubscription } from '../decisions/renewal-decision';

/** A decided subscription. */
export interface WrittenRenewal {
  /** Only the period changes; its period row records it. */
  isPlain: boolean;
  businessId: string;
  subscriptionId: string;
  next: RenewableSubscription;
  /** The first is the one that its row names. */
  closed: ClosedPeriod[];
}

/** The parameters of the statements that write a batch; null where a statement has nothing to write. */
export interface RenewalWrites {
  businessIds: string;
  missed: string[] | null;
  plain: string[] | null;
  others: string[] | null;
  /** By the number of closed periods. */
  counters: [periods: number, businessIds: string][];
}

/** As columns, which a batch keeps while PostgreSQL works on it: its objects would outlive many others, and pile up. */
export function toWrites(renewals: WrittenRenewal[]): RenewalWrites {
  const plain = renewals.filter((renewal) => renewal.isPlain);
  const others = renewals.filter((renewal) => !renewal.isPlain);
  const missed = renewals.filter(({ closed }) => closed.length > 1);
  const running = renewals.filter(({ next }) => !next.endedAt);
  const businessIds = businessIdsOf(renewals);
  const idsOf = (part: WrittenRenewal[]) =>
    part.length === renewals.length ? businessIds : businessIdsOf(part);
  return {
    businessIds,
    missed: missed.length > 0 ? missedColumns(missed) : null,
    plain: plain.length > 0 ? [idsOf(plain), ...periodColumns(plain)] : null,
    others:
      others.length > 0 ? [idsOf(others), ...periodColumns(others), ...stateColumns(others)] : null,
    counters: [...byClosedPeriods(running)].map(([periods, part]) => [periods, idsOf(part)]),
  };
}

/** A column of a batch as one parameter; for ids, numbers and words, which need no quotes. */
export function arrayOf(values: (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

function businessIdsOf(renewals: WrittenRenewal[]): string {
  return arrayOf(renewals.map(({ businessId }) => businessId));
}

/** $1 to $6 of `INSERT_MISSED`: the closed periods but for the first of each. */
function missedColumns(renewals: WrittenRenewal[]): string[] {
  const missed = renewals.flatMap(({ businessId, subscriptionId, closed }) =>
    closed.slice(1).map((period) => ({ businessId, subscriptionId, period })),
  );
  return [
    arrayOf(missed.map(({ businessId }) => businessId)),
    arrayOf(missed.map(({ subscriptionId }) => subscriptionId)),
    arrayOf(missed.map(({ period }) => period.ordinal)),
    arrayOf(missed.map(({ period }) => period.start.getTime())),
    arrayOf(missed.map(({ period }) => period.end.getTime())),
    arrayOf(missed.map(({ period }) => period.planId)),
  ];
}

/** $2 to $7 of `RENEWED`. */
function periodColumns(renewals: WrittenRenewal[]): string[] {
  return [
    arrayOf(renewals.map(({ next }) => next.planVersion)),
    arrayOf(renewals.map(({ next }) => next.anchor.getTime())),
    arrayOf(renewals.map(({ next }) => next.cycle)),
    arrayOf(renewals.map(({ next }) => next.periodOrdinal)),
    arrayOf(renewals.map(({ next }) => next.periodStart.getTime())),
    arrayOf(renewals.map(({ next }) => next.periodEnd.getTime())),
  ];
}

/** $8 to $12: what a plain renewal does not change. */
function stateColumns(renewals: WrittenRenewal[]): string[] {
  return [
    arrayOf(renewals.map(({ next }) => next.planId)),
    arrayOf(renewals.map(({ next }) => next.scheduledPlanId)),
    arrayOf(renewals.map(({ next }) => next.status)),
    arrayOf(renewals.map(({ next }) => next.canceledAt && next.canceledAt.getTime())),
    arrayOf(renewals.map(({ next }) => next.endedAt && next.endedAt.getTime())),
  ];
}

/** Renewals by number of closed periods: nearly always one, at most fifteen. */
function byClosedPeriods(renewals: WrittenRenewal[]): Map<number, WrittenRenewal[]> {
  const groups = new Map<number, WrittenRenewal[]>();
  for (const renewal of renewals) {
    const group = groups.get(renewal.closed.length);
    if (group) group.push(renewal);
    else groups.set(renewal.closed.length, [renewal]);
  }
  return groups;
}
