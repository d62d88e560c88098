import { ROLES, type Role } from '../../../common/access/permissions';
import { Choice, Email, Flag, Id, Instant, Name } from '../../../common/fields';
import {
  INVITATION_STATUSES,
  statusOf,
  type Invitation,
  type InvitationStatus,
} from '../invitation.entity';
import type { InvitationDetails } from '../invitations.repository';

export class InvitationResponse {
  @Id()
  id!: string;

  @Email()
  email!: string;

  @Choice('Role', ROLES)
  role!: Role;

  @Name({ nullable: true })
  fullName!: string | null;

  @Choice('InvitationStatus', INVITATION_STATUSES)
  status!: InvitationStatus;

  @Instant()
  createdAt!: string;

  @Instant()
  expiresAt!: string;
}

export class InvitationDetailsResponse {
  @Email()
  email!: string;

  @Name({ nullable: true })
  fullName!: string | null;

  @Id()
  businessId!: string;

  @Name()
  businessName!: string;

  @Choice('Role', ROLES)
  role!: Role;

  @Name({ nullable: true })
  invitedBy!: string | null;

  @Instant()
  expiresAt!: string;

  @Flag({ description: 'True: log in and accept; false: sign up with the key' })
  hasAccount!: boolean;
}

export function toInvitationResponse(invitation: Invitation, now: Date): InvitationResponse {
  const { id, email, role, fullName, createdAt, expiresAt } = invitation;
  const status = statusOf(invitation, now);
  return {
    id,
    email,
    role,
    fullName,
    status,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

export function toInvitationDetailsResponse(
  invitation: Invitation,
  details: InvitationDetails,
): InvitationDetailsResponse {
  const { email, fullName, businessId, role, expiresAt } = invitation;
  const { businessName, invitedBy, hasAccount } = details;
  return {
    email,
    fullName,
    businessId,
    businessName,
    role,
    invitedBy,
    expiresAt: expiresAt.toISOString(),
    hasAccount,
  };
}
