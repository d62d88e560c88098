import { Email, Id, Name, Text } from '../../../common/fields';
import { SessionRequest } from '../../identity/dto/session.request';

export class LoginRequest extends SessionRequest {
  @Email()
  email!: string;

  @Text({ min: 1, max: 128 })
  password!: string;

  @Id({ optional: true, description: 'The business; by default the one used last' })
  businessId?: string;
}

const KEY_LENGTH = 200;

export class ForgotPasswordRequest {
  @Email()
  email!: string;
}

export class ResetPasswordRequest {
  @Text({ min: 1, max: KEY_LENGTH, description: 'From the mail' })
  token!: string;

  @Text({ min: 10, max: 128, description: 'Not trimmed; compared in NFC. Common ones are refused' })
  password!: string;
}

export class VerifyEmailRequest {
  @Text({ min: 1, max: KEY_LENGTH, description: 'From the mail' })
  token!: string;
}

export class UpdateMeRequest {
  @Name()
  fullName!: string;
}

export class ChangePasswordRequest {
  @Text({ min: 1, max: 128 })
  currentPassword!: string;

  @Text({ min: 10, max: 128, description: 'Not trimmed; compared in NFC. Common ones are refused' })
  newPassword!: string;
}

export class SwitchBusinessRequest extends SessionRequest {
  @Id()
  businessId!: string;
}

export class AcceptInvitationRequest {
  @Text({ min: 1, max: KEY_LENGTH })
  activationKey!: string;
}
