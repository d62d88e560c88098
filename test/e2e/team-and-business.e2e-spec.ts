import type { BusinessResponse } from '../../src/modules/businesses/dto/business.response';
import type { MemberResponse } from '../../src/modules/team-members/dto/member.response';
import { newId } from '../../src/common/ids';
import { signUp, type Customer } from '../support/customers';
import { addMember, type AddedMember } from '../support/members';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../support/pages';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

describe('business and team', () => {
  let server: TestApplication;
  let customer: Customer;
  let stranger: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
    customer = await signUp(server, 'Acme');
    stranger = await signUp(server, 'Globex');
  });
  afterAll(() => server.stop());

  const readBusiness = async ({ token }: Pick<Customer, 'token'>): Promise<BusinessResponse> => {
    const response = await server.get('/v1/business', token);
    expect(response.status).toBe(200);
    return response.body as BusinessResponse;
  };
  const patch = (body: object, token = customer.token) => server.patch('/v1/business', token, body);

  describe('the business', () => {
    it('is the one of the session', async () => {
      expect(await readBusiness(customer)).toEqual(customer.business);
      expect(await readBusiness(stranger)).toEqual(stranger.business);
    });

    it('is renamed by its owner, and support access switched off and on', async () => {
      const owner = await signUp(server);
      const renamed = { ...owner.business, name: ' Acme & Söhne ' };
      const first = await patch({ name: ' Acme & Söhne ' }, owner.token);
      expect([first.status, first.body]).toEqual([200, renamed]);
      const second = await patch({ supportAccess: false }, owner.token);
      expect(second.body).toEqual({ ...renamed, supportAccess: false });
      const third = await patch({ name: 'Acme', supportAccess: true }, owner.token);
      expect(third.body).toEqual({ ...owner.business, name: 'Acme', supportAccess: true });
      expect(await readBusiness(owner)).toEqual(third.body);
    });

    it('stays as it is when nothing is to be changed', async () => {
      const before = await readBusiness(customer);
      const response = await patch({});
      expect([response.status, response.body]).toEqual([200, before]);
    });

    it('is changed for this tenant only', async () => {
      const before = await readBusiness(stranger);
      await patch({ name: 'Renamed', supportAccess: false });
      expect(await readBusiness(stranger)).toEqual(before);
    });

    const refused: [object, string][] = [
      [{ name: null }, '/name'],
      [{ name: '' }, '/name'],
      [{ name: '   ' }, '/name'],
      [{ name: 'x'.repeat(101) }, '/name'],
      [{ name: ['Acme'] }, '/name'],
      [{ name: { toString: 'x' } }, '/name'],
      [{ name: { prototype: 'x' } }, '/name'],
      [{ supportAccess: null }, '/supportAccess'],
      [{ supportAccess: 'false' }, '/supportAccess'],
      [{ supportAccess: 0 }, '/supportAccess'],
      [{ id: newId() }, '/id'],
      [{ status: 'deactivated' }, '/status'],
      [{ createdAt: '2020-01-01T00:00:00.000Z' }, '/createdAt'],
      [{ businessId: newId() }, '/businessId'],
    ];
    it.each(refused)('refuses the change %j', async (body, pointer) => {
      const before = await readBusiness(customer);
      expectFaults(await patch(body), pointer);
      expectFaults(await patch({ name: 'Other', ...body, extra: 1 }), pointer, '/extra');
      expect(await readBusiness(customer)).toEqual(before);
    });

    it.each(['admin', 'member', 'viewer'] as const)(
      'is read by a %s and not changed',
      async (role) => {
        const { token } = await addMember(server, customer, role);
        const before = await readBusiness({ token });
        expectProblem(await patch({ name: 'Mine' }, token), 403, 'permission_denied');
        expectProblem(await patch({ nonsense: 1 }, token), 403, 'permission_denied');
        expect(await readBusiness(customer)).toEqual(before);
      },
    );

    it('is open to a session alone', async () => {
      for (const answer of [await server.get('/v1/business'), await server.patch('/v1/business')])
        expectProblem(answer, 401, 'unauthenticated');
      for (const answer of [
        await server.get('/v1/business', customer.key),
        await patch({}, customer.key),
      ])
        expectProblem(answer, 403, 'wrong_credential_kind');
    });

    it('leaves a row in the audit log for each change, with who made it', async () => {
      const { business, member, email, token } = await signUp(server, 'Before');
      await patch({ name: 'After' }, token).set('x-request-id', 'the-renaming');
      const rows = await server.database.query(
        `SELECT action, actor, target_type, target_id, changes, request_id FROM audit_log
         WHERE business_id = $1 AND action = 'business.update'`,
        [business.id],
      );
      expect(rows).toEqual([
        {
          action: 'business.update',
          actor: { kind: 'person', id: member.id, email },
          target_type: 'business',
          target_id: business.id,
          changes: { name: ['Before', 'After'] },
          request_id: 'the-renaming',
        },
      ]);
    });
  });

  describe('the team', () => {
    let team: Customer;
    let admin: AddedMember;
    let viewer: AddedMember;
    beforeAll(async () => {
      team = await signUp(server);
      admin = await addMember(server, team, 'admin');
      viewer = await addMember(server, team, 'viewer');
    });

    const listTeam = async (token: string): Promise<MemberResponse[]> => {
      const response = await server.get('/v1/team-members', token);
      expect(response.status).toBe(200);
      return (response.body as { data: MemberResponse[] }).data;
    };

    it('is listed newest first: persons with name and address, the bot and support without', async () => {
      const members = await listTeam(team.token);
      const times = members.map(({ joinedAt }) => joinedAt);
      expect(times).toEqual([...times].sort().reverse());
      expect(members.slice(0, 2).map(({ id }) => id)).toEqual([viewer.id, admin.id]);
      expect(members[0]).toEqual({
        id: viewer.id,
        kind: 'person',
        role: 'viewer',
        status: 'active',
        email: viewer.email,
        fullName: 'Grace Hopper',
        joinedAt: expect.any(String) as string,
      });
      const bots = members.filter(({ kind }) => kind !== 'person');
      expect(bots.map(({ kind }) => kind).sort()).toEqual(['sdk', 'support']);
      for (const bot of bots)
        expect(bot).toMatchObject({ role: null, email: null, fullName: null, status: 'active' });
      expect(members).toContainEqual(team.member);
    });

    it('is seen alike by every role', async () => {
      const members = await listTeam(team.token);
      expect(await listTeam(admin.token)).toEqual(members);
      expect(await listTeam(viewer.token)).toEqual(members);
    });

    it('is walked page by page, each member once, also those who joined at one moment', async () => {
      const get = (path: string) => server.get(path, team.token);
      const pages = await walkPages<MemberResponse>(get, '/v1/team-members', 1);
      expect(pages).toHaveLength(5);
      expect(pages.flat()).toEqual(await listTeam(team.token));
      expect((await walkPages<MemberResponse>(get, '/v1/team-members', 2)).flat()).toEqual(
        pages.flat(),
      );
    });

    it('has room for 20 on a page unless more are asked for', async () => {
      const large = await signUp(server);
      for (let count = 0; count < 20; count += 1) await addMember(server, large, 'viewer');
      const sizes = async (query: string): Promise<number> => {
        const response = await server.get(`/v1/team-members${query}`, large.token);
        return (response.body as { data: object[] }).data.length;
      };
      expect([await sizes(''), await sizes('?limit=100'), await sizes('?limit=5')]).toEqual([
        20, 23, 5,
      ]);
    });

    it('shows one member', async () => {
      for (const member of await listTeam(team.token)) {
        const response = await server.get(`/v1/team-members/${member.id}`, viewer.token);
        expect([response.status, response.body]).toEqual([200, member]);
      }
    });

    it("treats another tenant's member like one that never existed, byte for byte", async () => {
      const missing = await server.get(`/v1/team-members/${newId()}`, team.token);
      expectProblem(missing, 404, 'team_member_not_found');
      const others = await listTeam(stranger.token);
      expect(others).toHaveLength(3);
      for (const { id } of others) {
        const answer = await server.get(`/v1/team-members/${id}`, team.token);
        expect(comparable(answer)).toEqual(comparable(missing));
      }
    });

    it('does not let a cursor lead to another tenant', async () => {
      const response = await server.get('/v1/team-members?limit=1', stranger.token);
      const { nextCursor } = response.body as { nextCursor: string };
      const own = await listTeam(team.token);
      const page = await server.get(`/v1/team-members?cursor=${nextCursor}`, team.token);
      for (const member of (page.body as { data: MemberResponse[] }).data)
        expect(own).toContainEqual(member);
    });

    it.each(BAD_CURSORS)('refuses a cursor that is %s', async (_, cursor) => {
      const path = `/v1/team-members?cursor=${encodeURIComponent(cursor)}`;
      expectFaults(await server.get(path, team.token), '/cursor');
    });

    it.each(BAD_LIST_QUERIES)('refuses the query %s', async (query, pointer) => {
      expectFaults(await server.get(`/v1/team-members?${query}`, team.token), pointer);
    });

    it('is open to a session alone', async () => {
      for (const path of ['/v1/team-members', `/v1/team-members/${viewer.id}`]) {
        expectProblem(await server.get(path), 401, 'unauthenticated');
        expectProblem(await server.get(path, team.key), 403, 'wrong_credential_kind');
      }
    });
  });
});
