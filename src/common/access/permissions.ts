/** What each role may do beside what the roles below it may. The product adds its own by `declarePermissions`. */
const VIEWER = ['business:read', 'team_members:read', 'subscription:read', 'usage:read'] as const;

const ADMIN = [
  'usage:write',
  'team_members:write',
  'team_members:assign_roles',
  'invitations:read',
  'invitations:write',
  'api_keys:read',
  'api_keys:write',
  'audit_log:read',
  'support_sessions:read',
  'webhook_endpoints:read',
  'webhook_endpoints:write',
  'webhook_deliveries:write',
] as const;

const OWNER = [
  'business:write',
  'subscription:write',
  'billing:read',
  'billing:write',
  'support_sessions:write',
  'team_members:reset_factors',
  'sso:read',
  'sso:write',
] as const;

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** A product adds the names of its own: `declare module` with a further member. */
export interface PermissionsOf {
  core: (typeof VIEWER)[number] | (typeof ADMIN)[number] | (typeof OWNER)[number];
}
export type Permission = PermissionsOf[keyof PermissionsOf];

/** As `PermissionsOf`. */
export interface ScopesOf {
  core: 'status:read';
}
export type Scope = ScopesOf[keyof ScopesOf];

/** The only such table. GET /v1/me shows a member's own row. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: [...VIEWER],
  member: [...VIEWER],
  admin: [...VIEWER, ...ADMIN],
  owner: [...VIEWER, ...ADMIN, ...OWNER],
};

/** What API keys may do. A key has all of them unless it is made with fewer. */
export const SCOPES: readonly Scope[] = ['status:read'];

/** What service keys may do; a key has those that it is made with. */
export const SERVICE_SCOPES = ['usage:write', 'usage:read', 'entitlements:read'] as const;
export type ServiceScope = (typeof SERVICE_SCOPES)[number];

/** For the product, while its modules load: the least role that has each permission. Roles above it have it too. */
export function declarePermissions(added: Partial<Record<Role, readonly Permission[]>>): void {
  const permissionsFrom = (least: Role) => added[least] ?? [];
  for (const [rank, role] of ROLES.entries())
    addAll(ROLE_PERMISSIONS[role], ROLES.slice(rank).reverse().flatMap(permissionsFrom));
}

/** For the product, while its modules load. */
export function declareScopes(scopes: readonly Scope[]): void {
  addAll(SCOPES, scopes);
  (SCOPES as Scope[]).sort();
}

/**
 * What staff may do in a support session: an admin's permissions without members' roles, invitations, keys and webhooks. In
 * read mode only the read permissions count.
 */
export function supportPermissions(mode: 'read' | 'write'): readonly Permission[] {
  const allowed = ROLE_PERMISSIONS.admin.filter((each) => !NOT_FOR_SUPPORT.includes(each));
  return mode === 'write' ? allowed : allowed.filter((permission) => permission.endsWith(':read'));
}

const NOT_FOR_SUPPORT: readonly Permission[] = [
  'team_members:assign_roles',
  'invitations:write',
  'api_keys:write',
  'webhook_endpoints:write',
  'webhook_deliveries:write',
];

/** The permissions of a role; none for null (a bot, say). */
export function permissionsOf(role: Role | null): readonly Permission[] {
  return role ? ROLE_PERMISSIONS[role] : [];
}

/** The lists are read by reference, in documents and checks that were declared before. Twice the same adds nothing. */
function addAll<T>(list: readonly T[], added: readonly T[]): void {
  const names = list as T[];
  names.push(...added.filter((name) => !names.includes(name)));
}
