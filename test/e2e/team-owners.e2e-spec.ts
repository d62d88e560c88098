import type { Response } from 'supertest';
import { ROLES, type Permission, type Role } from '../../src/common/access/permissions';
import { signUp, type Customer } from '../support/customers';
import { addMember, type AddedMember } from '../support/members';
import { call, listOperations, nameOf, type Operation } from '../support/staff';
import { TestApplication } from '../support/test-application';

const RACES = 20;

describe('owners and permissions in a team', () => {
  let server: TestApplication;
  let replica: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
    replica = await TestApplication.start({}, server.database);
  });
  afterAll(async () => {
    await replica.app.close();
    await server.stop();
  });

  const assign = (token: string, id: string, role: unknown, via = server): Promise<Response> =>
    Promise.resolve(via.patch(`/v1/team-members/${id}`, token, { role }));
  const deactivate = (token: string, id: string): Promise<Response> =>
    Promise.resolve(server.post(`/v1/team-members/${id}/deactivate`, token));
  const remove = (token: string, id: string, via = server): Promise<Response> =>
    Promise.resolve(via.delete(`/v1/team-members/${id}`, token));

  async function activeOwners({ business }: Customer): Promise<string[]> {
    const rows = await server.database.query<{ id: string }>(
      `SELECT id FROM members WHERE business_id = $1 AND role = 'owner' AND status = 'active'`,
      [business.id],
    );
    return rows.map(({ id }) => id);
  }

  describe('two owners on two replicas at once', () => {
    type Pair = [Customer, AddedMember];
    const changes: [string, (pair: Pair) => Promise<Response>[]][] = [
      [
        'who demote each other',
        ([one, other]) => [
          assign(one.token, other.id, 'viewer'),
          assign(other.token, one.member.id, 'viewer', replica),
        ],
      ],
      [
        'who deactivate each other',
        ([one, other]) => [
          deactivate(one.token, other.id),
          Promise.resolve(
            replica.post(`/v1/team-members/${one.member.id}/deactivate`, other.token),
          ),
        ],
      ],
      [
        'who leave',
        ([one, other]) => [
          remove(one.token, one.member.id),
          remove(other.token, other.id, replica),
        ],
      ],
      [
        'of whom one leaves and demotes the other',
        ([one, other]) => [
          assign(one.token, other.id, 'viewer'),
          remove(one.token, one.member.id, replica),
        ],
      ],
    ];
    it.each(changes)('%s leave one', async (_, race) => {
      const customer = await signUp(server);
      for (let round = 0; round < RACES; round += 1) {
        const pair: Pair = await twoOwners(customer, round);
        const answers = await Promise.all(race(pair));
        const statuses = answers.map(({ status }) => status).sort();
        expect([200, 204]).toContain(statuses[0]);
        expect([401, 403, 409]).toContain(statuses[1]);
        expect(await activeOwners(pair[0])).toHaveLength(1);
      }
    });

    /** A new business for each round: the former has lost an owner. */
    async function twoOwners(customer: Customer, round: number): Promise<Pair> {
      const one = round === 0 ? customer : await signUp(server);
      return [one, await addMember(server, one, 'owner')];
    }
  });

  describe('every role on every dashboard route', () => {
    const READS: Permission[] = [
      'business:read',
      'team_members:read',
      'subscription:read',
      'applications:read',
      'recordings:read',
      'usage:read',
    ];
    const WRITES: Permission[] = ['applications:write', 'recordings:write'];
    const MANAGES: Permission[] = [
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
    ];
    const OWNS: Permission[] = [
      'business:write',
      'subscription:write',
      'billing:read',
      'billing:write',
      'support_sessions:write',
      'team_members:reset_factors',
      'sso:read',
      'sso:write',
    ];
    const CONTRACT: Record<Role, Permission[]> = {
      viewer: READS,
      member: [...READS, ...WRITES],
      admin: [...READS, ...WRITES, ...MANAGES],
      owner: [...READS, ...WRITES, ...MANAGES, ...OWNS],
    };
    /** Any member may call these, about oneself. */
    const OF_EVERYBODY = [
      'business.create',
      'email.resend',
      'email_change.cancel',
      'email_change.get',
      'email_change.request',
      'entitlement.list', // what the business has: each member's screen depends on it
      'event.get', // of the types whose things one may read
      'event.list',
      'event.stream',
      'flag.evaluate',
      'flag.evaluate_all',
      'identity.link',
      'identity.list',
      'identity.unlink',
      'invitation.accept',
      'me.get',
      'me.list_businesses',
      'me.update',
      'notification.list', // of the types whose things one may read
      'notification.read_all',
      'notification.update',
      'notification_preference.list',
      'notification_preference.update',
      'passkey.begin',
      'passkey.create',
      'passkey.delete',
      'passkey.rename',
      'password.change',
      'second_factor.begin',
      'second_factor.cancel_reset',
      'second_factor.confirm',
      'second_factor.get',
      'second_factor.remove',
      'second_factor.renew_codes',
      'session.ask_proof',
      'session.end',
      'session.list',
      'session.prove',
      'session.revoke',
      'session.switch',
      'sign_in.begin_own',
      'sign_in.finish_own',
      'team_member.remove', // oneself; of others, see above
    ];
    const ENDS_THE_SESSION = 'session.end';

    let operations: Operation[];
    beforeAll(async () => {
      const all = await listOperations(server);
      operations = all.filter(({ audience }) => audience === 'dashboard');
    });

    it('has a permission, or is about oneself', () => {
      const without = operations.filter(({ permission }) => !permission);
      expect(without.map(({ action }) => action).sort()).toEqual(OF_EVERYBODY);
      expect(operations.length).toBeGreaterThan(30);
    });

    it.each(ROLES)('the %s has the permissions of the contract, and sees them', async (role) => {
      const { token } = await memberOf(role);
      const me = await server.get('/v1/me', token);
      const { permissions, member } = me.body as { permissions: Permission[]; member: object };
      expect(member).toMatchObject({ role, kind: 'person', status: 'active' });
      expect([...permissions].sort()).toEqual([...CONTRACT[role]].sort());
    });

    it.each(ROLES)('lets the %s in as the table says, and no further', async (role) => {
      const { token } = await memberOf(role);
      const expected: Record<string, boolean> = {};
      const actual: Record<string, boolean> = {};
      for (const operation of operations.filter(isAskedOfAll)) {
        const { permission } = operation;
        expected[nameOf(operation)] = !permission || CONTRACT[role].includes(permission);
        actual[nameOf(operation)] = await isLetIn(operation, token);
      }
      expect(actual).toEqual(expected);
      expect((await server.post('/v1/auth/logout', token)).status).toBe(204);
    });

    function isAskedOfAll({ action }: Operation): boolean {
      return action !== ENDS_THE_SESSION && action !== 'team_member.remove';
    }

    /** 403 of another code is the answer of the thing itself: a wrong current password, say. */
    async function isLetIn(operation: Operation, token: string): Promise<boolean> {
      const response = await call(server, operation, token);
      const { code } = response.body as { code?: string };
      if (response.status === 401 || response.status >= 500)
        throw new Error(`${nameOf(operation)} answered ${response.status}: ${response.text}`);
      return code !== 'permission_denied' && code !== 'wrong_credential_kind';
    }

    async function memberOf(role: Role): Promise<{ token: string }> {
      return addMember(server, await signUp(server), role);
    }
  });
});
