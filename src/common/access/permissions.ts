/** What each role may do: the only such table. GET /v1/me shows a member's own row. */
const VIEWER = [
  'business:read',
  'team_members:read',
  'subscription:read',
  'applications:read',
  'recordings:read',
  'usage:read',
] as const;

const MEMBER = [...VIEWER, 'applications:write', 'recordings:write'] as const;

const ADMIN = [
  ...MEMBER,
  'team_members:write',
  'team_members:assign_roles',
  'invitations:read',
  'invitations:write',
  'api_keys:read',
  'api_keys:write',
  'audit_log:read',
  'support_sessions:read',
] as const;

const OWNER = [
  ...ADMIN,
  'business:write',
  'subscription:write',
  'billing:read',
  'billing:write',
  'support_sessions:write',
] as const;

export const ROLE_PERMISSIONS = { viewer: VIEWER, member: MEMBER, admin: ADMIN, owner: OWNER };

/** What API keys may do. A key has all of them unless it is made with fewer. */
export const SCOPES = ['recordings:write', 'status:read'] as const;
export type Scope = (typeof SCOPES)[number];

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];
export type Permission = (typeof OWNER)[number];

/**
 * What staff may do in a support session: an admin's permissions without members' roles, invitations and keys. In
 * read mode only the read permissions count.
 */
const SUPPORT: readonly Permission[] = ADMIN.filter(
  (permission) =>
    !(
      ['team_members:assign_roles', 'invitations:write', 'api_keys:write'] as Permission[]
    ).includes(permission),
);

/** The permissions of a support session. */
export function supportPermissions(mode: 'read' | 'write'): readonly Permission[] {
  return mode === 'write' ? SUPPORT : SUPPORT.filter((permission) => permission.endsWith(':read'));
}

/** The permissions of a role; none for null (a bot, say). */
export function permissionsOf(role: Role | null): readonly Permission[] {
  return role ? ROLE_PERMISSIONS[role] : [];
}
