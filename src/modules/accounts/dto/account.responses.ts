import {
  MEMBER_KINDS,
  MEMBER_STATUSES,
  type MemberKind,
  type MemberStatus,
} from '../../../common/access/seats';
import {
  ROLE_PERMISSIONS,
  ROLES,
  type Permission,
  type Role,
} from '../../../common/access/permissions';
import { SIGN_IN_METHODS, type SignInMethod } from '../../../common/access/sign-in-methods';
import {
  Choice,
  ChoiceList,
  Email,
  Flag,
  Id,
  Instant,
  Name,
  Nested,
  Text,
} from '../../../common/fields';
import { BusinessResponse, toBusinessResponse } from '../../businesses/dto/business.response';
import {
  SessionTokenResponse,
  toSessionTokenResponse,
} from '../../identity/dto/session-token.response';
import type { ListedSession } from '../../identity/sessions.repository';
import { MemberResponse, toMemberResponse } from '../../team-members/dto/member.response';
import type { SignedIn } from '../session-opening';

export class LoginResponse {
  @Nested(() => SessionTokenResponse)
  session!: SessionTokenResponse;

  @Nested(() => MemberResponse, {
    nullable: true,
    description: 'Null, like `business`, when the person has no business',
  })
  member!: MemberResponse | null;

  @Nested(() => BusinessResponse, { nullable: true })
  business!: BusinessResponse | null;
}

export function toLoginResponse({ opened, place }: SignedIn, absoluteDays: number): LoginResponse {
  return {
    session: toSessionTokenResponse(opened, absoluteDays),
    member: place && toMemberResponse(place.member),
    business: place && toBusinessResponse(place.business),
  };
}

export class SwitchResponse {
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

  @Flag()
  hasSecondFactor!: boolean;
}

export class MyMemberResponse {
  @Id()
  id!: string;

  @Choice('Role', ROLES, { nullable: true })
  role!: Role | null;

  @Choice('MemberKind', MEMBER_KINDS)
  kind!: MemberKind;

  @Choice('MemberStatus', MEMBER_STATUSES)
  status!: MemberStatus;
}

export class MyBusinessResponse {
  @Id()
  id!: string;

  @Name()
  name!: string;

  @Flag({ description: 'Whether its people need a second factor' })
  requireSecondFactor!: boolean;
}

export class SupportResponse {
  @Id()
  sessionId!: string;

  @Email()
  staffEmail!: string;

  @Text()
  reason!: string;

  @Choice('SupportMode', ['read', 'write'])
  mode!: 'read' | 'write';

  @Instant()
  expiresAt!: string;
}

export class MeResponse {
  @Nested(() => MyUserResponse, { nullable: true, description: 'Null during a support session' })
  user!: MyUserResponse | null;

  @Nested(() => MyMemberResponse, {
    nullable: true,
    description: 'Null, like `business`, when the person has no business',
  })
  member!: MyMemberResponse | null;

  @Nested(() => MyBusinessResponse, { nullable: true })
  business!: MyBusinessResponse | null;

  @ChoiceList('Permission', ROLE_PERMISSIONS.owner, { description: 'What the role permits' })
  permissions!: Permission[];

  @Nested(() => SupportResponse, { nullable: true })
  support!: SupportResponse | null;
}

export class SessionResponse {
  @Id()
  id!: string;

  @Instant()
  createdAt!: string;

  @Instant({ description: 'To the minute' })
  lastUsedAt!: string;

  @Text({ nullable: true })
  ip!: string | null;

  @Text({ nullable: true })
  userAgent!: string | null;

  @ChoiceList('SignInMethod', SIGN_IN_METHODS, {
    description: 'What it was opened with; the session of a switch, as the one before',
  })
  signedInWith!: SignInMethod[];

  @Flag({ description: 'The session of this request' })
  current!: boolean;
}

export class MembershipResponse {
  @Id()
  id!: string;

  @Name()
  name!: string;

  @Choice('BusinessStatus', ['active', 'deactivated'])
  status!: 'active' | 'deactivated';

  @Choice('Role', ROLES)
  role!: Role;

  @Flag({ description: 'The business of this session' })
  current!: boolean;
}

export class AcceptedInvitationResponse {
  @Nested(() => BusinessResponse)
  business!: BusinessResponse;

  @Nested(() => MemberResponse)
  member!: MemberResponse;
}

export function toSessionResponse(session: ListedSession, currentId: string): SessionResponse {
  const { id, createdAt, lastUsedAt, ip, userAgent, signedInWith } = session;
  return {
    id,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    ip,
    userAgent,
    signedInWith,
    current: id === currentId,
  };
}
