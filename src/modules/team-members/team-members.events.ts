import { ROLES, type Role } from '../../common/access/permissions';
import { defineEvent } from '../../common/events';
import { Choice, Id } from '../../common/fields';

export class MemberData {
  @Id()
  memberId!: string;

  @Choice('Role', ROLES, { description: 'Of a member who has left: the last one' })
  role!: Role;
}

export class InvitationData {
  @Id()
  invitationId!: string;

  @Choice('Role', ROLES)
  role!: Role;
}

export class InvitationAcceptedData extends InvitationData {
  @Id()
  memberId!: string;
}

const member = { permission: 'team_members:read', data: MemberData } as const;
const invitation = { permission: 'invitations:read', data: InvitationData } as const;

export const memberJoined = defineEvent({
  ...member,
  type: 'member.joined',
  notice: { title: 'A member joined the team', mailTo: [] },
  description: 'A person is an active member: by founding the business, by an invitation, or again',
});

export const memberLeft = defineEvent({
  ...member,
  type: 'member.left',
  notice: { title: 'A member left the team', mailTo: [] },
  description: 'A member has left, was removed or was deactivated',
});

export const memberRoleChanged = defineEvent({
  ...member,
  type: 'member.role_changed',
  notice: { title: 'A role was changed', mailTo: [] },
  description: 'A member has another role',
});

/** One object: the problems of invitations have these names too. */
export const invitationEvents = {
  sent: defineEvent({
    ...invitation,
    type: 'invitation.sent',
    description: 'An address was invited, or its invitation was sent again',
  }),
  accepted: defineEvent({
    ...invitation,
    data: InvitationAcceptedData,
    type: 'invitation.accepted',
    description: 'The invited person has joined',
  }),
  expired: defineEvent({
    ...invitation,
    type: 'invitation.expired',
    notice: { title: 'An invitation has expired', mailTo: [] },
    description: 'Seven days have passed without an answer. Raised within ten minutes',
  }),
  revoked: defineEvent({
    ...invitation,
    type: 'invitation.revoked',
    description:
      'An open invitation was revoked, was replaced by a newer one, or was given by a member who may no longer give it',
  }),
};
