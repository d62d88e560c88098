import { Email, Name, Text } from '../../common/fields';

/** The rules of people's passwords hold for staff too. */
export class StaffPasswordFields {
  @Text({ min: 10, max: 128 })
  password!: string;
}

/** What `staff:create` asks for. */
export class CreateStaffFields extends StaffPasswordFields {
  @Email()
  email!: string;

  @Name()
  name!: string;
}
