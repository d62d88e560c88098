import type { Response } from 'supertest';
import { ROLE_PERMISSIONS } from '../../src/common/access/permissions';
import { PLATFORM_ID } from '../../src/common/ids';
import type { MemberResponse } from '../../src/modules/team-members/dto/member.response';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { addMember, logIn } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

const RACES = 20;

describe('roles in a team', () => {
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
  const activate = (token: string, id: string): Promise<Response> =>
    Promise.resolve(server.post(`/v1/team-members/${id}/activate`, token));
  const remove = (token: string, id: string, via = server): Promise<Response> =>
    Promise.resolve(via.delete(`/v1/team-members/${id}`, token));
  const statusOfMe = async (token: string): Promise<number> =>
    (await server.get('/v1/me', token)).status;
  const read = async ({ token }: Customer, id: string): Promise<MemberResponse> =>
    (await server.get(`/v1/team-members/${id}`, token)).body as MemberResponse;

  /** Every change of a member that there is, each to be refused alike. */
  const changesOf = (token: string, id: string): Promise<Response>[] => [
    assign(token, id, 'viewer'),
    deactivate(token, id),
    activate(token, id),
    remove(token, id),
  ];

  async function systemMembers(customer: Customer): Promise<string[]> {
    const response = await server.get('/v1/team-members', customer.token);
    const { data } = response.body as { data: MemberResponse[] };
    return data.filter(({ kind }) => kind !== 'person').map(({ id }) => id);
  }

  async function activeOwners({ business }: Customer): Promise<string[]> {
    const rows = await server.database.query<{ id: string }>(
      `SELECT id FROM members WHERE business_id = $1 AND role = 'owner' AND status = 'active'`,
      [business.id],
    );
    return rows.map(({ id }) => id);
  }

  describe('PATCH /v1/team-members/{id}', () => {
    it('changes a role, and what its holder may do from the next request on', async () => {
      const customer = await signUp(server);
      const member = await addMember(server, customer, 'viewer');
      const before = await server.post('/v1/applications', member.token, { name: 'Shop' });
      expectProblem(before, 403, 'permission_denied');
      const response = await assign(customer.token, member.id, 'member');
      expect([response.status, response.body]).toEqual([200, await read(customer, member.id)]);
      expect(response.body).toMatchObject({ id: member.id, role: 'member', email: member.email });
      const after = await server.post('/v1/applications', member.token, { name: 'Shop' });
      expect(after.status).toBe(201);
      const me = await server.get('/v1/me', member.token);
      expect(me.body).toMatchObject({ permissions: ROLE_PERMISSIONS.member });
    });

    it('lets an owner make and unmake an owner', async () => {
      const customer = await signUp(server);
      const { id } = await addMember(server, customer, 'admin');
      expect((await assign(customer.token, id, 'owner')).body).toMatchObject({ role: 'owner' });
      expect((await assign(customer.token, id, 'admin')).body).toMatchObject({ role: 'admin' });
    });

    it('lets an admin neither make nor change an owner', async () => {
      const customer = await signUp(server);
      const admin = await addMember(server, customer, 'admin');
      const viewer = await addMember(server, customer, 'viewer');
      const second = await addMember(server, customer, 'owner');
      for (const id of [viewer.id, admin.id])
        expectProblem(await assign(admin.token, id, 'owner'), 403, 'permission_denied');
      for (const id of [second.id, customer.member.id])
        for (const response of await Promise.all(changesOf(admin.token, id)))
          expectProblem(response, 403, 'permission_denied');
      expect(await activeOwners(customer)).toHaveLength(2);
    });

    it('lets an admin change all others', async () => {
      const customer = await signUp(server);
      const admin = await addMember(server, customer, 'admin');
      const other = await addMember(server, customer, 'admin');
      expect((await assign(admin.token, other.id, 'viewer')).body).toMatchObject({
        role: 'viewer',
      });
      expect((await assign(admin.token, other.id, 'admin')).body).toMatchObject({ role: 'admin' });
      expect((await remove(admin.token, other.id)).status).toBe(204);
    });

    it('refuses a change of one’s own role', async () => {
      const customer = await signUp(server);
      await addMember(server, customer, 'owner');
      const admin = await addMember(server, customer, 'admin');
      for (const role of ['admin', 'member', 'viewer'])
        for (const [token, id] of [
          [customer.token, customer.member.id],
          [admin.token, admin.id],
        ] as const)
          expectProblem(await assign(token, id, role), 409, 'own_role');
      expectProblem(await deactivate(admin.token, admin.id), 409, 'own_role');
      expectProblem(await deactivate(customer.token, customer.member.id), 409, 'own_role');
    });

    it('knows the four roles and no other', async () => {
      const customer = await signUp(server);
      const { id } = await addMember(server, customer, 'viewer');
      for (const role of ['Owner', 'support', '', null, {}, ['owner'], true, undefined])
        expectFaults(await assign(customer.token, id, role), '/role');
      expect(await read(customer, id)).toMatchObject({ role: 'viewer' });
    });
  });

  it('leaves the sdk and support members alone', async () => {
    const customer = await signUp(server);
    const admin = await addMember(server, customer, 'admin');
    const ids = await systemMembers(customer);
    expect(ids).toHaveLength(2);
    for (const token of [customer.token, admin.token])
      for (const id of ids)
        for (const response of await Promise.all(changesOf(token, id)))
          expectProblem(response, 409, 'system_member');
  });

  it('treats a member of another business like a missing one', async () => {
    const [customer, stranger] = [await signUp(server), await signUp(server)];
    const theirs = await addMember(server, stranger, 'viewer');
    const mine = await addMember(server, customer, 'viewer');
    for (const token of [customer.token, mine.token])
      for (const path of ['', '/deactivate', '/activate']) {
        const verb = path ? 'post' : 'delete';
        const ask = (id: string): Promise<Response> =>
          Promise.resolve(server.send(verb, `/v1/team-members/${id}${path}`, token));
        const [foreign, missing, malformed] = [
          await ask(theirs.id),
          await ask(PLATFORM_ID),
          await ask('unknown'),
        ];
        expect(comparable(foreign)).toEqual(comparable(missing));
        expect(comparable(malformed)).toEqual(comparable(missing));
      }
    expectProblem(await assign(customer.token, theirs.id, 'owner'), 404, 'team_member_not_found');
    expect(await read(stranger, theirs.id)).toMatchObject({ status: 'active', role: 'viewer' });
  });

  it('refuses a viewer and a member all changes of any other member', async () => {
    const customer = await signUp(server);
    const other = await addMember(server, customer, 'viewer');
    const ids = [other.id, ...(await systemMembers(customer)), PLATFORM_ID];
    for (const role of ['member', 'viewer'] as const) {
      const { token } = await addMember(server, customer, role);
      for (const id of ids)
        for (const response of await Promise.all(changesOf(token, id)))
          expectProblem(response, 403, 'permission_denied');
    }
  });

  describe('deactivation', () => {
    it('ends the member’s session at once, and refuses a login to the business like a wrong password', async () => {
      const customer = await signUp(server);
      const member = await addMember(server, customer, 'member');
      const response = await deactivate(customer.token, member.id);
      expect(response.body).toMatchObject({ id: member.id, status: 'deactivated' });
      expectProblem(await server.get('/v1/me', member.token), 401, 'unauthenticated');
      expectProblem(await replica.get('/v1/me', member.token), 401, 'unauthenticated');
      const login = (password: string): Promise<Response> =>
        Promise.resolve(
          server.post('/v1/auth/login', undefined, { email: member.email, password, businessId }),
        );
      const businessId = customer.business.id;
      const [right, wrong] = [await login(PASSWORD), await login('a wrong password')];
      expectProblem(right, 401, 'invalid_credentials');
      expect(comparable(right)).toEqual(comparable(wrong));
    });

    it('leaves the person’s sessions in other businesses alone', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      const { id } = await addPersonOf(other, customer);
      expect((await deactivate(customer.token, id)).status).toBe(200);
      expect(await statusOfMe(other.token)).toBe(200);
      expect((await logIn(server, other.email)).business.id).toBe(other.business.id);
    });

    it('may be asked for twice', async () => {
      const customer = await signUp(server);
      const { id } = await addMember(server, customer, 'member');
      const answers = [await deactivate(customer.token, id), await deactivate(customer.token, id)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    });

    it('frees the seat, and activation takes one', async () => {
      const customer = await signUp(server);
      const [first] = [
        await addMember(server, customer, 'member'),
        await addMember(server, customer, 'member'),
      ];
      await deactivate(customer.token, first.id);
      expect(await seatsUsed(customer)).toBe(2);
      expect((await activate(customer.token, first.id)).body).toMatchObject({ status: 'active' });
      expect(await seatsUsed(customer)).toBe(3);
      expect(await statusOfMe(first.token)).toBe(401); // the old session stays dead
      expect((await logIn(server, first.email)).member.id).toBe(first.id);
    });

    it('cannot be undone without a seat', async () => {
      const customer = await signUp(server);
      const first = await addMember(server, customer, 'member');
      await deactivate(customer.token, first.id);
      await addMember(server, customer, 'member');
      await addMember(server, customer, 'member');
      const problem = expectProblem(await activate(customer.token, first.id), 402, 'limit_reached');
      expect(problem).toMatchObject({ feature: 'seats', used: 3, limit: 3 });
      expect(await read(customer, first.id)).toMatchObject({ status: 'deactivated' });
    });

    it('of an owner is undone by an owner only, whether a seat is free or not', async () => {
      const customer = await signUp(server);
      const admin = await addMember(server, customer, 'admin');
      const owner = await addMember(server, customer, 'owner');
      await deactivate(customer.token, owner.id);
      expectProblem(await activate(admin.token, owner.id), 403, 'permission_denied');
      const filler = await addMember(server, customer, 'viewer');
      expectProblem(await activate(admin.token, owner.id), 403, 'permission_denied');
      await remove(customer.token, filler.id);
      expect((await activate(customer.token, owner.id)).status).toBe(200);
    });

    it('lets the last free seat be taken once, however many are activated at once', async () => {
      const customer = await signUp(server);
      const members = [];
      for (let count = 0; count < 5; count += 1)
        members.push(await addMember(server, customer, 'member'));
      for (const { id } of members) await deactivate(customer.token, id);
      await addMember(server, customer, 'member');
      const answers = await Promise.all(members.map(({ id }) => activate(customer.token, id)));
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      for (const answer of answers.filter((each) => !won.includes(each)))
        expectProblem(answer, 402, 'limit_reached');
      expect(await seatsUsed(customer)).toBe(3);
    });

    async function seatsUsed({ token }: Customer): Promise<number> {
      const response = await server.get('/v1/usage', token);
      return (response.body as { seats: { used: number } }).seats.used;
    }

    /** Makes the owner of one business a viewer in another. */
    async function addPersonOf(other: Customer, customer: Customer): Promise<{ id: string }> {
      const id = other.member.id;
      await server.database.query(
        `INSERT INTO members (business_id, id, kind, role, status, user_id, joined_at)
         SELECT $1, id, kind, 'viewer', status, user_id, joined_at FROM members WHERE id = $2`,
        [customer.business.id, id],
      );
      return { id };
    }
  });

  describe('leaving', () => {
    it.each(['admin', 'member', 'viewer'] as const)(
      'is allowed to every role: the %s',
      async (role) => {
        const customer = await signUp(server);
        const member = await addMember(server, customer, role);
        expect((await remove(member.token, member.id)).status).toBe(204);
        expect(await statusOfMe(member.token)).toBe(401);
        const gone = await server.get(`/v1/team-members/${member.id}`, customer.token);
        expectProblem(gone, 404, 'team_member_not_found');
      },
    );

    it('is for an owner as long as another stays', async () => {
      const customer = await signUp(server);
      const second = await addMember(server, customer, 'owner');
      expect((await remove(second.token, second.id)).status).toBe(204);
      expectProblem(await remove(customer.token, customer.member.id), 409, 'last_owner');
      expect(await statusOfMe(customer.token)).toBe(200);
    });

    it('is not for the last active owner, though a deactivated one is left', async () => {
      const customer = await signUp(server);
      const second = await addMember(server, customer, 'owner');
      await deactivate(customer.token, second.id);
      expectProblem(await remove(customer.token, customer.member.id), 409, 'last_owner');
      expect((await assign(customer.token, second.id, 'viewer')).status).toBe(200);
    });

    it('of a member who is just inviting leaves the invitation made or refused', async () => {
      for (let round = 0; round < RACES; round += 1) {
        const customer = await signUp(server);
        const admin = await addMember(server, customer, 'admin');
        const invitation = { email: `guest@${customer.business.id}.example`, role: 'viewer' };
        const [invited, removed] = await Promise.all([
          server.post('/v1/invitations', admin.token, invitation),
          remove(customer.token, admin.id, replica),
        ]);
        expect(removed.status).toBe(204);
        if (invited.status !== 201) expectProblem(invited, 401, 'unauthenticated');
      }
    });

    it('ends the sessions of a member removed by another, too', async () => {
      const customer = await signUp(server);
      const member = await addMember(server, customer, 'member');
      expect((await remove(customer.token, member.id)).status).toBe(204);
      expect(await statusOfMe(member.token)).toBe(401);
      const again = await remove(customer.token, member.id);
      expectProblem(again, 404, 'team_member_not_found');
    });
  });
});
