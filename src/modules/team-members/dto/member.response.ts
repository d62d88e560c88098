import {
  MEMBER_KINDS,
  MEMBER_STATUSES,
  type MemberKind,
  type MemberStatus,
} from '../../../common/access/seats';
import { ROLES, type Role } from '../../../common/access/permissions';
import { Choice, Email, Id, Instant, Name } from '../../../common/fields';
import type { MemberWithPerson } from '../team-members.repository';

export class MemberResponse {
  @Id()
  id!: string;

  @Choice('MemberKind', MEMBER_KINDS, {
    description: '`sdk` holds the API keys; staff act as `support`',
  })
  kind!: MemberKind;

  @Choice('Role', ROLES, { nullable: true, description: 'For persons only' })
  role!: Role | null;

  @Choice('MemberStatus', MEMBER_STATUSES)
  status!: MemberStatus;

  @Email({ nullable: true })
  email!: string | null;

  @Name({ nullable: true })
  fullName!: string | null;

  @Instant()
  joinedAt!: string;
}

export function toMemberResponse(member: MemberWithPerson): MemberResponse {
  const { id, kind, role, status, email, fullName, joinedAt } = member;
  return { id, kind, role, status, email, fullName, joinedAt: joinedAt.toISOString() };
}
