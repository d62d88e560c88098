import type { Actor } from '../../common/request-context';
import type { SubscriptionStatus } from './subscription.entity';

/** A change of a subscription, its cause, and the state afterwards. */
export interface SubscriptionEvent {
  id: string;
  at: Date;
  /** The action of the route (`subscription.pause`), or the job's name (`subscription.renew`). */
  action: string;
  actor: Actor;
  /** The reason given by staff. */
  reason: string | null;
  /** Null: the subscription began. */
  statusBefore: SubscriptionStatus | null;
  status: SubscriptionStatus;
  planIdBefore: string | null;
  planId: string;
  scheduledPlanId: string | null;
  cancelAtPeriodEnd: boolean;
  autoRenew: boolean;
  periodOrdinal: number;
}
