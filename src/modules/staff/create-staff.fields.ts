import { Email, Name, Text } from '../../common/fields';

/** The password rules of people apply to staff too. */
export class StaffPasswordFields {
  @Text({ min: 10, max: 128 })
  password!: string;
}

/** The input of `staff:create`. */
export class CreateStaffFields extends StaffPasswordFields {
  @Email()
  email!: string;

  @Name()
  name!: string;
}
