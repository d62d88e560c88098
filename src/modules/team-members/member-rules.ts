import type { Role } from '../../common/access/permissions';
import type { DomainError } from '../../common/problem';
import { permissionDenied } from '../../common/problems';
import type { Member } from './member.entity';
import { lastOwner, ownRole, systemMember } from './team-members.errors';

/** The state that a change of a member is decided on, read under a lock. */
export interface TeamState {
  /** Who asks, as of now: a role read with the credential may have changed since. Null: not a person (support). */
  actor: Pick<Member, 'id' | 'role' | 'status'> | null;
  target: Pick<Member, 'id' | 'kind' | 'role' | 'status'>;
  /** The ids of the owners that are active. */
  activeOwnerIds: string[];
}

/** Why this change of role may not be, or null. */
export function refuseRole(state: TeamState, role: Role): DomainError | null {
  const { actor, target } = state;
  if (role === 'owner' && actor?.role !== 'owner') return onlyOwners(); // a 403 comes before each 409
  if (target.kind !== 'person') return systemMember();
  if (actor?.id === target.id) return ownRole();
  return refuseManaging(state) ?? (role === 'owner' ? null : refuseLosing(state));
}

/** Why this member may not be deactivated, or null. */
export function refuseDeactivation(state: TeamState): DomainError | null {
  const { actor, target } = state;
  if (target.kind !== 'person') return systemMember();
  if (actor?.id === target.id) return ownRole();
  return refuseManaging(state) ?? refuseLosing(state);
}

/** Why this member may not be activated, or null; the seat is checked apart. */
export function refuseActivation(state: TeamState): DomainError | null {
  return state.target.kind === 'person' ? refuseManaging(state) : systemMember();
}

/** Why this member may not be removed, or null. Everybody may leave. */
export function refuseRemoval(state: TeamState): DomainError | null {
  const { actor, target } = state;
  if (target.kind !== 'person') return systemMember();
  const isLeaving = actor?.id === target.id;
  return (isLeaving ? null : refuseManaging(state)) ?? refuseLosing(state);
}

/** Managing takes an owner or admin who still is one; an owner is managed by owners only. */
function refuseManaging({ actor, target }: TeamState): DomainError | null {
  const role = actor ? actor.role : 'admin'; // staff act with an admin's permissions
  const isActive = actor === null || actor.status === 'active';
  if (!isActive || (role !== 'owner' && role !== 'admin')) return permissionDenied();
  return target.role === 'owner' && role !== 'owner' ? onlyOwners() : null;
}

function refuseLosing({ target, activeOwnerIds }: TeamState): DomainError | null {
  const isLast = activeOwnerIds.length === 1 && activeOwnerIds[0] === target.id;
  return isLast ? lastOwner() : null;
}

function onlyOwners(): DomainError {
  return permissionDenied({ detail: 'Only an owner makes, changes or unmakes an owner.' });
}
