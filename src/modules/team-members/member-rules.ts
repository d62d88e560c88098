import type { Role } from '../../common/access/permissions';
import type { DomainError } from '../../common/problem';
import { permissionDenied } from '../../common/problems';
import type { Member } from './member.entity';
import { alreadyMember, lastOwner, ownRole, systemMember } from './team-members.errors';

/** The state that a change of a member is decided on, read under a lock. */
export interface TeamState {
  /** The caller, as of now: a role read with the credential may have changed. Null: not a person (support). */
  actor: Pick<Member, 'id' | 'role' | 'status'> | null;
  target: Pick<Member, 'id' | 'kind' | 'role' | 'status'>;
  /** The ids of the owners that are active. */
  activeOwnerIds: string[];
}

/** Why this change of role is refused, or null. */
export function refuseRole(state: TeamState, role: Role): DomainError | null {
  const { actor, target } = state;
  if (role === 'owner' && actor?.role !== 'owner') return onlyOwners(); // a 403 comes before each 409
  if (target.kind !== 'person') return systemMember();
  if (actor?.id === target.id) return ownRole();
  return refuseManaging(state) ?? (role === 'owner' ? null : refuseLosing(state));
}

/** Why this deactivation is refused, or null. */
export function refuseDeactivation(state: TeamState): DomainError | null {
  const { actor, target } = state;
  if (target.kind !== 'person') return systemMember();
  if (actor?.id === target.id) return ownRole();
  return refuseManaging(state) ?? refuseLosing(state);
}

/** Why this activation is refused, or null; the seat is checked separately. */
export function refuseActivation(state: TeamState): DomainError | null {
  return state.target.kind === 'person' ? refuseManaging(state) : systemMember();
}

/** Why this removal is refused, or null. Every member may leave. */
export function refuseRemoval(state: TeamState): DomainError | null {
  const { actor, target } = state;
  if (target.kind !== 'person') return systemMember();
  const isLeaving = actor?.id === target.id;
  return (isLeaving ? null : refuseManaging(state)) ?? refuseLosing(state);
}

/** An invitation, and the member who would be reactivated by it, if there is one. */
export interface InvitationState {
  actor: TeamState['actor'];
  /** The member with that address; null: there is none. */
  existing: Pick<Member, 'role' | 'status'> | null;
}

/**
 * Why this address may not be invited with this role, or null. A deactivated member may be: accepting reactivates it.
 */
export function refuseInviting(state: InvitationState, role: Role): DomainError | null {
  const { actor, existing } = state;
  const isOwners = role === 'owner' || existing?.role === 'owner';
  if (!isManager(actor)) return permissionDenied();
  if (isOwners && actor?.role !== 'owner') return onlyOwners();
  return existing?.status === 'active' ? alreadyMember() : null;
}

/** Whether this member may give this role now. An invitation holds only while its inviter may. */
export function mayGive(
  inviter: Pick<Member, 'role' | 'status'> | null,
  invited: { role: Role; existing: InvitationState['existing'] },
): boolean {
  const isOwners = invited.role === 'owner' || invited.existing?.role === 'owner';
  return inviter !== null && isManager(inviter) && (!isOwners || inviter.role === 'owner');
}

/** Only a current owner or admin manages members, and only an owner manages owners. */
function refuseManaging({ actor, target }: TeamState): DomainError | null {
  if (!isManager(actor)) return permissionDenied();
  return target.role === 'owner' && actor?.role !== 'owner' ? onlyOwners() : null;
}

/** Staff act with an admin's permissions. */
function isManager(actor: Pick<Member, 'role' | 'status'> | null): boolean {
  if (!actor) return true;
  return actor.status === 'active' && (actor.role === 'owner' || actor.role === 'admin');
}

function refuseLosing({ target, activeOwnerIds }: TeamState): DomainError | null {
  const isLast = activeOwnerIds.length === 1 && activeOwnerIds[0] === target.id;
  return isLast ? lastOwner() : null;
}

function onlyOwners(): DomainError {
  return permissionDenied({ detail: 'Only an owner can appoint, change or demote an owner.' });
}
