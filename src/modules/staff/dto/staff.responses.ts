import { Choice, Email, Id, Instant, ListOf, Name, Nested, Text } from '../../../common/fields';
import { BusinessResponse, toBusinessResponse } from '../../businesses/dto/business.response';
import {
  SubscriptionResponse,
  toSubscriptionResponse,
} from '../../subscriptions/dto/subscription.response';
import { SessionTokenResponse } from '../../identity/dto/session-token.response';
import { SUPPORT_MODES, type SupportMode } from '../../support-sessions/support-session.entity';
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

export class StaffBusinessResponse extends BusinessResponse {
  @Nested(() => SubscriptionResponse, { description: 'With the usage' })
  subscription!: SubscriptionResponse;

  @ListOf(() => OwnerResponse)
  owners!: OwnerResponse[];
}

export class OpenedSupportSessionResponse {
  @Id()
  id!: string;

  @Text({ description: 'Shown this once', example: 'tnu_…' })
  token!: string;

  @Choice(SUPPORT_MODES)
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
    owners,
  };
}
