import type { Actor } from '../../common/request-context';
import type { SubscriptionStatus } from './subscription.entity';

/** One thing that happened to a subscription, who or what caused it, and how it stood afterwards. */
export interface SubscriptionEvent {
  id: string;
  at: Date;
  /** The route's own word (`subscription.pause`), or the job's (`subscription.renew`). */
  action: string;
  actor: Actor;
  /** What staff gave as the reason. */
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
