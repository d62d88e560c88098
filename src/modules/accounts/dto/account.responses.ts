import { ROLES, type Permission, type Role } from '../../../common/access/permissions';
import {
  Choice,
  Email,
  Flag,
  Id,
  Instant,
  Name,
  Nested,
  Text,
  TextList,
} from '../../../common/fields';
import { BusinessResponse } from '../../businesses/dto/business.response';
import type { Session } from '../../identity/session.entity';
import { MemberResponse } from '../../team-members/dto/member.response';
import {
  MEMBER_KINDS,
  MEMBER_STATUSES,
  type MemberKind,
  type MemberStatus,
} from '../../team-members/member.entity';

export class SessionTokenResponse {
  @Text({ description: 'Shown this once', example: 'tns_…' })
  token!: string;

  @Instant({ description: 'At the latest; sooner when it is not used' })
  expiresAt!: string;
}

export class LoginResponse {
  @Nested(() => SessionTokenResponse)
  session!: SessionTokenResponse;

  @Nested(() => MemberResponse)
  member!: MemberResponse;

  @Nested(() => BusinessResponse)
  business!: BusinessResponse;
}

export class MyUserResponse {
  @Id()
  id!: string;

  @Email()
  email!: string;

  @Flag()
  emailVerified!: boolean;

  @Name()
  fullName!: string;
}

export class MyMemberResponse {
  @Id()
  id!: string;

  @Choice(ROLES, { nullable: true })
  role!: Role | null;

  @Choice(MEMBER_KINDS)
  kind!: MemberKind;

  @Choice(MEMBER_STATUSES)
  status!: MemberStatus;
}

export class MyBusinessResponse {
  @Id()
  id!: string;

  @Name()
  name!: string;
}

export class SupportResponse {
  @Id()
  sessionId!: string;

  @Email()
  staffEmail!: string;

  @Text()
  reason!: string;

  @Choice(['read', 'write'])
  mode!: 'read' | 'write';

  @Instant()
  expiresAt!: string;
}

export class MeResponse {
  @Nested(() => MyUserResponse, { nullable: true, description: 'Null during a support session' })
  user!: MyUserResponse | null;

  @Nested(() => MyMemberResponse)
  member!: MyMemberResponse;

  @Nested(() => MyBusinessResponse)
  business!: MyBusinessResponse;

  @TextList({ description: 'What the role permits' })
  permissions!: Permission[];

  @Nested(() => SupportResponse, { nullable: true })
  support!: SupportResponse | null;
}

const ONE_DAY_MS = 86_400_000;

export function toSessionTokenResponse(
  { session, token }: { session: Session; token: string },
  absoluteDays: number,
): SessionTokenResponse {
  return {
    token,
    expiresAt: new Date(session.createdAt.getTime() + absoluteDays * ONE_DAY_MS).toISOString(),
  };
}
