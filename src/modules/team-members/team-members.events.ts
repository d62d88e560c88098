import { ROLES, type Role } from '../../common/access/permissions';
import { defineEvent } from '../../common/events';
import { Choice, Id } from '../../common/fields';

export class MemberJoinedData {
  @Id()
  memberId!: string;

  @Choice('Role', ROLES)
  role!: Role;
}

export const memberJoined = defineEvent({
  type: 'member.joined',
  permission: 'team_members:read',
  description:
    'A person has become an active member: by founding the business, by an invitation, or again',
  data: MemberJoinedData,
});
