import { defineProblem } from '../../common/problem';

export const memberNotFound = defineProblem({
  code: 'team_member_not_found',
  kind: 'not_found',
  title: 'Team member not found',
  description: 'GET /v1/team-members lists the members of your business.',
});

export const ownRole = defineProblem({
  code: 'own_role',
  kind: 'conflict',
  title: 'You cannot change your own role',
  description: 'Ask another owner or admin. To leave the business, delete your own membership.',
});

export const lastOwner = defineProblem({
  code: 'last_owner',
  kind: 'conflict',
  title: 'A business needs an active owner',
  description: 'Appoint another owner first.',
});

export const systemMember = defineProblem({
  code: 'system_member',
  kind: 'conflict',
  title: 'This is a system member',
  description: 'The sdk and support members are part of every business and cannot be changed.',
});

export const alreadyMember = defineProblem({
  code: 'already_member',
  kind: 'conflict',
  title: 'This person is already a member',
  description: 'GET /v1/team-members lists them.',
});

export const invitationNotFound = defineProblem({
  code: 'invitation_not_found',
  kind: 'not_found',
  title: 'Invitation not found',
  description: 'The key or id is wrong, or a newer invitation replaced it. Ask for a new one.',
});

export const invitationExpired = defineProblem({
  code: 'invitation_expired',
  kind: 'gone',
  title: 'This invitation has expired',
  description: 'Invitations are valid for seven days. Ask for a new one.',
});

export const invitationRevoked = defineProblem({
  code: 'invitation_revoked',
  kind: 'gone',
  title: 'This invitation was revoked',
  description: 'Ask the person who invited you.',
});

export const invitationUsed = defineProblem({
  code: 'invitation_used',
  kind: 'gone',
  title: 'This invitation was accepted',
  description: 'It works once. Log in instead.',
});

export const invitationForAnotherEmail = defineProblem({
  code: 'invitation_for_another_email',
  kind: 'forbidden',
  title: 'This invitation is for another e-mail address',
  description: 'Only the person with the invited address may accept it.',
});
