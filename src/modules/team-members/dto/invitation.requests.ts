import { ROLES, type Role } from '../../../common/access/permissions';
import { Choice, Email, Name, Text } from '../../../common/fields';

export class CreateInvitationRequest {
  @Email()
  email!: string;

  @Choice('Role', ROLES)
  role!: Role;

  @Name({ optional: true, nullable: true })
  fullName?: string | null;
}

export class LookUpInvitationQuery {
  @Text({ min: 1, max: 200 })
  activationKey!: string;
}

export class AssignRoleRequest {
  @Choice('Role', ROLES)
  role!: Role;
}
