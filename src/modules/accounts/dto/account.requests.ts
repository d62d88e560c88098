import { Email, Id, Text } from '../../../common/fields';

export class LoginRequest {
  @Email()
  email!: string;

  @Text({ min: 1, max: 128 })
  password!: string;

  @Id({ optional: true, description: 'Which business; without it, the one used last' })
  businessId?: string;
}
