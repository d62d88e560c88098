import { Injectable } from '@nestjs/common';
import type { EventDefinition } from '../../common/events';
import type { Transaction } from '../../platform/database/transaction';
import { EventsService } from '../events/events.service';
import type { SubscriptionEvent } from './subscription-event';
import type { SubscriptionStatus } from './subscription.entity';
import {
  subscriptionCanceled,
  subscriptionChanged,
  subscriptionExpired,
  subscriptionPastDue,
  subscriptionPaused,
  subscriptionRenewed,
  subscriptionResumed,
  subscriptionStarted,
  type SubscriptionData,
} from './subscriptions.events';

/** A subscription that a transaction has written. */
export interface WrittenSubscription extends SubscriptionData {
  businessId: string;
  /** A new period began, and the usage with it. */
  isRenewed: boolean;
  /** Only its period is another, so its history has no row. */
  isPlain: boolean;
}

type HistoryRow = Pick<SubscriptionEvent, 'status' | 'statusBefore' | 'planId'> & {
  businessId: string;
  subscriptionId: string;
};

/**
 * Raises the events of what a transaction has written to subscriptions, from the rows that the trigger of their history
 * has added in it. So no way of changing one goes without its event.
 */
@Injectable()
export class SubscriptionNews {
  constructor(private readonly events: EventsService) {}

  /** Raised at the end of the transaction, whose history is whole then. */
  note(tx: Transaction, written: WrittenSubscription): void {
    tx.collect(this.tell, written);
  }

  /** An arrow: its identity is the key of what a transaction has collected. */
  private readonly tell = async (
    tx: Transaction,
    written: readonly WrittenSubscription[],
  ): Promise<void> => {
    const businessIds = written.flatMap((each) => (each.isPlain ? [] : [each.businessId]));
    const rows = businessIds.length > 0 ? await tx.query<HistoryRow>(HISTORY, [businessIds]) : [];
    for (const row of rows) this.raise(tx, definitionOf(row), row);
    const changed = new Set(rows.map(({ businessId }) => businessId));
    await this.tellRenewals(tx, written, changed);
  };

  private async tellRenewals(
    tx: Transaction,
    written: readonly WrittenSubscription[],
    changed: ReadonlySet<string>,
  ): Promise<void> {
    const renewed = written.filter(({ isRenewed }) => isRenewed);
    const plain = renewed.filter(({ businessId }) => !changed.has(businessId));
    const followed = await this.events.listFollowed(
      tx,
      plain.map(({ businessId }) => businessId),
    );
    for (const each of renewed)
      if (changed.has(each.businessId) || followed.has(each.businessId))
        this.raise(tx, subscriptionRenewed, each);
  }

  private raise(
    tx: Transaction,
    definition: EventDefinition<SubscriptionData>,
    { businessId, subscriptionId, status, planId }: SubscriptionData & { businessId: string },
  ): void {
    this.events.append(tx.with({ businessId }), definition, { subscriptionId, status, planId });
  }
}

const BY_STATUS: Partial<Record<SubscriptionStatus, EventDefinition<SubscriptionData>>> = {
  past_due: subscriptionPastDue,
  paused: subscriptionPaused,
  canceled: subscriptionCanceled,
  expired: subscriptionExpired,
};

function definitionOf({ statusBefore, status }: HistoryRow): EventDefinition<SubscriptionData> {
  if (statusBefore === null) return subscriptionStarted;
  if (statusBefore === status) return subscriptionChanged;
  if (statusBefore === 'paused' && !BY_STATUS[status]) return subscriptionResumed;
  return BY_STATUS[status] ?? subscriptionChanged;
}

// xmin is the transaction that wrote the row.
const HISTORY = `
  SELECT business_id AS "businessId", subscription_id AS "subscriptionId", status_before AS "statusBefore", status,
         plan_id AS "planId"
  FROM subscription_events
  WHERE business_id = ANY ($1::uuid[]) AND xmin = pg_current_xact_id()::xid
  ORDER BY business_id, at`;
