import { Email, Name, Text } from '../../common/fields';

/** What `staff:create` asks for; the rules of people's passwords hold for staff too. */
export class CreateStaffFields {
  @Email()
  email!: string;

  @Name()
  name!: string;

  @Text({ min: 10, max: 128 })
  password!: string;
}
