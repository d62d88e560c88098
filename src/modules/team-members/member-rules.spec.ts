import { ROLES, type Role } from '../../common/access/permissions';
import {
  refuseActivation,
  refuseDeactivation,
  refuseInviting,
  refuseRemoval,
  refuseRole,
  type TeamState,
} from './member-rules';

// One owner acts beside another, so that none is the last, unless a test says otherwise.

type Asking = NonNullable<TeamState['actor']>;
type Target = TeamState['target'];

const MANAGERS: Role[] = ['owner', 'admin'];
const OTHERS: Role[] = ['member', 'viewer'];

function asking(role: Role | null, changes: Partial<Asking> = {}): Asking {
  return { id: 'actor', role, status: 'active', ...changes };
}

function person(role: Role, changes: Partial<Target> = {}): Target {
  return { id: 'target', kind: 'person', role, status: 'active', ...changes };
}

function stateOf(
  actor: TeamState['actor'],
  target: Target,
  activeOwnerIds = ['actor', 'target', 'third'],
): TeamState {
  return { actor, target, activeOwnerIds };
}

type Change = (state: TeamState) => { definition: { code: string } } | null;

const CHANGES: [string, Change][] = [
  ['a change of role', (state) => refuseRole(state, 'viewer')],
  ['deactivation', refuseDeactivation],
  ['activation', refuseActivation],
  ['removal', refuseRemoval],
];

const codeOf = (refusal: ReturnType<Change>): string => refusal?.definition.code ?? 'allowed';

describe('an invitation', () => {
  const invitationOf = (actor: Asking, existing: Target | null, role: Role = 'member'): string =>
    codeOf(refuseInviting({ actor, existing }, role));
  const gone = (role: Role): Target => person(role, { status: 'deactivated' });

  it.each(MANAGERS)('by an %s is for addresses without an active member', (role) => {
    const actor = asking(role);
    expect(invitationOf(actor, null)).toBe('allowed');
    expect(invitationOf(actor, gone('member'))).toBe('allowed');
    expect(invitationOf(actor, person('member'))).toBe('already_member');
  });

  it.each(OTHERS)('by a %s is refused, and by a deactivated member', (role) => {
    expect(invitationOf(asking(role), null)).toBe('permission_denied');
    const deactivated = asking('owner', { status: 'deactivated' });
    expect(invitationOf(deactivated, null)).toBe('permission_denied');
  });

  it('creates or reactivates an owner by an owner only', () => {
    expect(invitationOf(asking('admin'), null, 'owner')).toBe('permission_denied');
    expect(invitationOf(asking('admin'), gone('owner'))).toBe('permission_denied');
    expect(invitationOf(asking('owner'), null, 'owner')).toBe('allowed');
    expect(invitationOf(asking('owner'), gone('owner'))).toBe('allowed');
  });
});

describe('the rules of a team', () => {
  describe.each(CHANGES)('%s', (_, change) => {
    const table = MANAGERS.concat(OTHERS).flatMap((actor) =>
      ROLES.map((target): [Role, Role, string] => [actor, target, expected(actor, target)]),
    );
    it.each(table)('by the %s of the %s is %s', (actor, target, outcome) => {
      expect(codeOf(change(stateOf(asking(actor), person(target))))).toBe(outcome);
    });

    it.each(['sdk', 'support'] as const)('of the %s member is refused to managers', (kind) => {
      const system: Target = { id: 'target', kind, role: null, status: 'active' };
      for (const actor of [asking('owner'), asking('admin'), null])
        expect(codeOf(change(stateOf(actor, system)))).toBe('system_member');
    });

    it('by staff in a support session follow those of an admin', () => {
      const outcomes = ROLES.map((role) => codeOf(change(stateOf(null, person(role)))));
      expect(outcomes).toEqual(ROLES.map((role) => expected('admin', role)));
    });

    it('by a member deactivated since the request began is refused', () => {
      const actor = asking('owner', { status: 'deactivated' });
      expect(codeOf(change(stateOf(actor, person('viewer'))))).toBe('permission_denied');
    });
  });

  describe('making an owner', () => {
    it.each(ROLES)('out of an admin is for owners: the %s', (role) => {
      const outcome = codeOf(refuseRole(stateOf(asking(role), person('admin')), 'owner'));
      expect(outcome).toBe(role === 'owner' ? 'allowed' : 'permission_denied');
    });

    it('is not for staff', () => {
      const refusal = refuseRole(stateOf(null, person('admin')), 'owner');
      expect(codeOf(refusal)).toBe('permission_denied');
    });

    it('of an owner is allowed, even of the last', () => {
      const state = stateOf(asking('owner'), person('owner'), ['target']);
      expect(codeOf(refuseRole(state, 'owner'))).toBe('allowed');
    });
  });

  describe('oneself', () => {
    const self = (role: Role, activeOwnerIds?: string[]): TeamState =>
      stateOf(asking(role), person(role, { id: 'actor' }), activeOwnerIds);

    it.each(MANAGERS)('no member changes their own role: the %s', (role) => {
      for (const wanted of ROLES.filter((each) => each !== 'owner'))
        expect(codeOf(refuseRole(self(role), wanted))).toBe('own_role');
    });

    it('an admin does not become an owner: a 403 comes before a 409', () => {
      expect(codeOf(refuseRole(self('admin'), 'owner'))).toBe('permission_denied');
      expect(codeOf(refuseRole(self('owner'), 'owner'))).toBe('own_role');
    });

    it.each(MANAGERS)('no member deactivates themselves: the %s', (role) => {
      expect(codeOf(refuseDeactivation(self(role)))).toBe('own_role');
    });

    it.each(ROLES)('every member may leave: the %s', (role) => {
      expect(codeOf(refuseRemoval(self(role)))).toBe('allowed');
    });

    it('but not the last owner', () => {
      expect(codeOf(refuseRemoval(self('owner', ['actor'])))).toBe('last_owner');
    });
  });

  describe('the last active owner', () => {
    const last = stateOf(asking('owner'), person('owner'), ['target']);

    it.each(ROLES.filter((role) => role !== 'owner'))('does not become %s', (role) => {
      expect(codeOf(refuseRole(last, role))).toBe('last_owner');
    });

    it('is neither deactivated nor removed', () => {
      expect(codeOf(refuseDeactivation(last))).toBe('last_owner');
      expect(codeOf(refuseRemoval(last))).toBe('last_owner');
    });

    it('does not keep a deactivated owner from being demoted or removed', () => {
      const former = person('owner', { status: 'deactivated' });
      const state = stateOf(asking('owner'), former, ['actor']);
      expect(codeOf(refuseRole(state, 'viewer'))).toBe('allowed');
      expect(codeOf(refuseRemoval(state))).toBe('allowed');
      expect(codeOf(refuseActivation(state))).toBe('allowed');
    });
  });
});

function expected(actor: Role, target: Role): string {
  if (actor === 'owner') return 'allowed';
  return actor === 'admin' && target !== 'owner' ? 'allowed' : 'permission_denied';
}
