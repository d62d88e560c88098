import type { Role } from '@tenantry/client';
import { text } from '../../text/catalogue';

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;

/** The roles that a member of this role may give: only an owner makes owners. */
export function rolesFrom(role: Role | null | undefined) {
  const offered = ROLES.filter((each) => each !== 'owner' || role === 'owner');
  return offered.map((id) => ({ id, label: text.roles[id], hint: text.roleHints[id] }));
}
