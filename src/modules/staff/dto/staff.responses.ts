import { SUPPORT_MODES, type SupportMode } from '../../../common/access/seats';
import {
  Choice,
  Email,
  Flag,
  Id,
  Instant,
  ListOf,
  Name,
  Nested,
  Text,
} from '../../../common/fields';
import type { Business } from '../../businesses/business.entity';
import { BusinessResponse, toBusinessResponse } from '../../businesses/dto/business.response';
import {
  SubscriptionResponse,
  toSubscriptionResponse,
} from '../../subscriptions/dto/subscription.response';
import { SessionTokenResponse } from '../../identity/dto/session-token.response';
import type { Subscription } from '../../subscriptions/subscription.entity';
import { isEnded } from '../../subscriptions/decisions/subscription-view';
import type { StaffBusiness } from '../staff-businesses.service';

export class StaffResponse {
  @Id()
  id!: string;

  @Email()
  email!: string;

  @Name()
  name!: string;
}

export class StaffLoginResponse {
  @Nested(() => SessionTokenResponse)
  session!: SessionTokenResponse;

  @Nested(() => StaffResponse)
  staff!: StaffResponse;
}

export class OwnerResponse {
  @Id({ description: 'The member' })
  id!: string;

  @Email()
  email!: string;

  @Name()
  fullName!: string;
}

export class ChargedAtStripeResponse {
  @Text({ description: 'Of the subscription at Stripe' })
  subscriptionId!: string;

  @Instant({ description: 'The end of the paid period or the trial' })
  paidUntil!: string;

  @Flag({
    description:
      'Whether it renews then: not while the business is deactivated; a job updates Stripe',
  })
  renews!: boolean;
}

export class StaffBusinessResponse extends BusinessResponse {
  @Nested(() => SubscriptionResponse, { description: 'With usage' })
  subscription!: SubscriptionResponse;

  @Nested(() => ChargedAtStripeResponse, {
    nullable: true,
    description: 'The subscription at Stripe; null: nothing is charged there',
  })
  stripe!: ChargedAtStripeResponse | null;

  @ListOf(() => OwnerResponse)
  owners!: OwnerResponse[];
}

export class OpenedSupportSessionResponse {
  @Id()
  id!: string;

  @Text({
    optional: true,
    description: 'Shown only once; left out where the request has `transport: cookie`',
    example: 'tnu_…',
  })
  token!: string;

  @Choice('SupportMode', SUPPORT_MODES)
  mode!: SupportMode;

  @Instant()
  expiresAt!: string;
}

export function toStaffBusinessResponse({
  business,
  subscription,
  owners,
}: StaffBusiness): StaffBusinessResponse {
  return {
    ...toBusinessResponse(business),
    subscription: toSubscriptionResponse(subscription),
    stripe: toChargedAtStripe(business, subscription.subscription),
    owners,
  };
}

/** The end that a deactivation causes is known before Stripe is updated, and so is its reversal. */
function toChargedAtStripe(
  { status }: Business,
  { stripeSubscriptionId, ...subscription }: Subscription,
): ChargedAtStripeResponse | null {
  const { autoRenew, cancelAtPeriodEnd, endReason, periodEnd } = subscription;
  if (!stripeSubscriptionId || isEnded(subscription)) return null;
  const endsOfItself = endReason !== null && endReason !== 'business_deactivated';
  const isKept = autoRenew && !cancelAtPeriodEnd && !endsOfItself;
  return {
    subscriptionId: stripeSubscriptionId,
    paidUntil: periodEnd.toISOString(),
    renews: status === 'active' && isKept,
  };
}
