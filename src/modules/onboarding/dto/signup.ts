import { Email, Id, Name, Nested, Text } from '../../../common/fields';
import { BusinessResponse } from '../../businesses/dto/business.response';
import { SubscriptionResponse } from '../../subscriptions/dto/subscription.response';
import { MemberResponse } from '../../team-members/dto/member.response';
import { SessionRequest } from '../../identity/dto/session.request';
import { SessionTokenResponse } from '../../identity/dto/session-token.response';

export class SignupRequest extends SessionRequest {
  @Name({ example: 'Acme' })
  businessName!: string;

  @Name({ example: 'Ada Lovelace' })
  fullName!: string;

  @Email({ example: 'ada@example.com' })
  email!: string;

  @Text({ min: 10, max: 128, description: 'Not trimmed; compared in NFC. Common ones are refused' })
  password!: string;
}

export class FirstApiKeyResponse {
  @Id()
  id!: string;

  @Text({ description: 'Shown only once', example: 'tnk_…' })
  key!: string;
}

export class SignupResponse {
  @Nested(() => BusinessResponse)
  business!: BusinessResponse;

  @Nested(() => MemberResponse)
  member!: MemberResponse;

  @Nested(() => SubscriptionResponse)
  subscription!: SubscriptionResponse;

  @Nested(() => SessionTokenResponse)
  session!: SessionTokenResponse;

  @Nested(() => FirstApiKeyResponse)
  apiKey!: FirstApiKeyResponse;
}

/** Sign-up with an invitation: the address is the invited one, the business the inviting one. */
export class JoinRequest extends SessionRequest {
  @Text({ min: 1, max: 200, description: 'From the mail' })
  activationKey!: string;

  @Name({ example: 'Grace Hopper' })
  fullName!: string;

  @Text({ min: 10, max: 128, description: 'Not trimmed; compared in NFC. Common ones are refused' })
  password!: string;
}

export class JoinResponse {
  @Nested(() => BusinessResponse)
  business!: BusinessResponse;

  @Nested(() => MemberResponse)
  member!: MemberResponse;

  @Nested(() => SessionTokenResponse)
  session!: SessionTokenResponse;
}

export class CreateBusinessRequest extends SessionRequest {
  @Name()
  name!: string;
}
