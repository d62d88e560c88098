import { ACTIONS } from '../../../common/access/actions';
import { pageOf } from '../../../common/dto/page.response';
import { Choice, Flag, Id, Instant, Integer, Nested, Text } from '../../../common/fields';
import { toPage } from '../../../common/pagination';
import { ACTOR_KINDS, type Actor } from '../../../common/request-context';
import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from '../subscription.entity';
import type { SubscriptionEvent } from '../subscription-event';

export class CauseResponse implements Actor {
  @Choice('ActorKind', ACTOR_KINDS, { description: '`job`: the server itself, as in a renewal' })
  kind!: Actor['kind'];

  @Text({ nullable: true })
  id!: string | null;

  @Text({ nullable: true })
  email!: string | null;
}

export class SubscriptionEventResponse {
  @Id()
  id!: string;

  @Instant()
  at!: string;

  @Choice('Action', ACTIONS)
  action!: string;

  @Nested(() => CauseResponse)
  cause!: CauseResponse;

  @Text({ nullable: true, description: 'The reason given by staff' })
  reason!: string | null;

  @Choice('SubscriptionStatus', SUBSCRIPTION_STATUSES, {
    nullable: true,
    description: 'Null: the subscription began',
  })
  statusBefore!: SubscriptionStatus | null;

  @Choice('SubscriptionStatus', SUBSCRIPTION_STATUSES)
  status!: SubscriptionStatus;

  @Id({ nullable: true })
  planIdBefore!: string | null;

  @Id()
  planId!: string;

  @Id({ nullable: true, description: 'The plan scheduled for the next period' })
  scheduledPlanId!: string | null;

  @Flag()
  cancelAtPeriodEnd!: boolean;

  @Flag()
  autoRenew!: boolean;

  @Integer({ min: 0 })
  periodOrdinal!: number;
}

export class SubscriptionEventPage extends pageOf(SubscriptionEventResponse) {}

export function toSubscriptionEventPage(
  events: SubscriptionEvent[],
  limit: number,
): SubscriptionEventPage {
  return toPage(events, limit, toSubscriptionEventResponse, ({ at, id }) => [at.toISOString(), id]);
}

function toSubscriptionEventResponse(event: SubscriptionEvent): SubscriptionEventResponse {
  const { at, actor, ...rest } = event;
  return { ...rest, at: at.toISOString(), cause: actor };
}
