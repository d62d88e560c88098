import type { Response } from 'supertest';
import type { LoginResponse, MeResponse } from '../../src/modules/accounts/dto/account.responses';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { addMember, joinBusiness, logIn, logInWithoutBusiness } from '../support/members';
import { invitationKey, issueKey } from '../support/one-time-keys';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

const NEW_PASSWORD = 'another battery staple';

interface Person {
  id: string;
  email: string;
  token: string;
}

describe('a person without a business', () => {
  let server: TestApplication;
  let customer: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    customer = await signUp(server);
  });

  const login = (email: string, changes: object = {}) =>
    server.post('/v1/auth/login', undefined, { email, password: PASSWORD, ...changes });
  const path = ({ id }: Person) => `/v1/team-members/${id}`;
  const WAYS_OUT: [string, (person: Person) => PromiseLike<Response>][] = [
    ['left', (person) => server.delete(path(person), person.token)],
    ['was removed', (person) => server.delete(path(person), customer.token)],
    ['was deactivated', (person) => server.post(`${path(person)}/deactivate`, customer.token)],
  ];
  const goOut = async (way: (person: Person) => PromiseLike<Response>): Promise<Person> => {
    const person = await addMember(server, customer, 'admin');
    expect([200, 204]).toContain((await way(person)).status);
    expectProblem(await server.get('/v1/me', person.token), 401, 'unauthenticated');
    return person;
  };
  const invite = async (email: string, role = 'viewer', by = customer.token): Promise<Response> =>
    server.post('/v1/invitations', by, { email, role });
  const accept = async (token: string, invitation: Response): Promise<Response> => {
    expect(invitation.status).toBe(201);
    const activationKey = await invitationKey(server, (invitation.body as { id: string }).id);
    return server.post('/v1/invitations/accept', token, { activationKey });
  };

  describe.each(WAYS_OUT)('who %s', (_, way) => {
    it('logs in, is told so, and founds a business', async () => {
      const { email } = await goOut(way);
      const response = await login(email);
      const { session, member, business } = response.body as LoginResponse;
      expect([response.status, member, business]).toEqual([200, null, null]);
      const me = await server.get('/v1/me', session.token);
      expect(me.body).toMatchObject({
        ...{ user: { email }, member: null, business: null },
        ...{ permissions: [], support: null },
      });
      const founded = await server.post('/v1/businesses', session.token, { name: 'Anew' });
      expect(founded.status).toBe(201);
      const there = await server.get('/v1/me', (founded.body as SignupResponse).session.token);
      expect(there.body).toMatchObject({ business: { name: 'Anew' }, member: { role: 'owner' } });
      expect((await logIn(server, email)).business.name).toBe('Anew');
    });

    it('is invited again, accepts, and switches to the business', async () => {
      const { email } = await goOut(way);
      const { token } = (await logIn(server, email)).session;
      const accepted = await accept(token, await invite(email));
      expect(accepted.status).toBe(201);
      expect(accepted.body).toMatchObject({ member: { role: 'viewer', status: 'active' } });
      const businessId = customer.business.id;
      const switched = await server.post('/v1/me/switch', token, { businessId });
      expect(switched.status).toBe(200);
      const { session } = switched.body as LoginResponse;
      expect((await server.get('/v1/business', session.token)).status).toBe(200);
    });

    it('joins another business', async () => {
      const { email } = await goOut(way);
      const other = await signUp(server);
      const { token } = (await logIn(server, email)).session;
      const invited = await invite(email, 'member', other.token);
      expect((await accept(token, invited)).status).toBe(201);
      expect((await logIn(server, email)).business.id).toBe(other.business.id);
    });

    it('logs in after a reset of the password', async () => {
      const { email } = await goOut(way);
      const token = await issueKey(server, email, 'password_reset');
      const reset = { token, password: NEW_PASSWORD };
      expect((await server.post('/v1/auth/password/reset', undefined, reset)).status).toBe(204);
      expect((await login(email)).status).toBe(401);
      const again = await login(email, { password: NEW_PASSWORD });
      expect(again.body).toMatchObject({ member: null, business: null });
    });

    it('does not get into that business by naming it', async () => {
      const { email } = await goOut(way);
      const named = await login(email, { businessId: customer.business.id });
      expectProblem(named, 401, 'invalid_credentials');
    });
  });

  describe('with a session', () => {
    it('lists and ends the own sessions, and logs out', async () => {
      const { email, token } = await logInWithoutBusiness(server);
      await logIn(server, email);
      const list = await server.get('/v1/me/sessions?limit=1', token);
      const [other] = (list.body as { data: { id: string; current: boolean }[] }).data;
      const { nextCursor } = list.body as { nextCursor: string };
      const rest = await server.get(`/v1/me/sessions?cursor=${nextCursor}`, token);
      expect(other?.current).toBe(false);
      expect(rest.body).toMatchObject({ data: [{ current: true }], nextCursor: null });
      expect((await server.delete(`/v1/me/sessions/${other!.id}`, token)).status).toBe(204);
      const gone = await server.delete(`/v1/me/sessions/${other!.id}`, token);
      expectProblem(gone, 404, 'session_not_found');
      expect((await server.post('/v1/auth/logout', token)).status).toBe(204);
      expectProblem(await server.get('/v1/me', token), 401, 'unauthenticated');
    });

    it('changes the password, which ends the others', async () => {
      const { email, token } = await logInWithoutBusiness(server);
      const other = (await logIn(server, email)).session.token;
      const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      expect((await server.post('/v1/me/password', token, change)).status).toBe(204);
      expect((await server.get('/v1/me', token)).status).toBe(200);
      expectProblem(await server.get('/v1/me', other), 401, 'unauthenticated');
    });

    it('keeps it for as long as others keep theirs, and no longer', async () => {
      const { token } = await logInWithoutBusiness(server);
      const age = (interval: string) =>
        server.database.query(
          `UPDATE user_sessions SET last_used_at = now() - interval '${interval}'`,
        );
      await age('11 hours 59 minutes');
      expect((await server.get('/v1/me', token)).status).toBe(200); // and this is a use
      await server.database.query(
        `UPDATE user_sessions SET created_at = now() - interval '30 days 1 second'`,
      );
      const fresh = (await logInWithoutBusiness(server)).token;
      await age('12 hours 1 second');
      expectProblem(await server.get('/v1/me', fresh), 401, 'unauthenticated');
    });

    it('sees no business, and no person of any', async () => {
      const { token } = await logInWithoutBusiness(server);
      const businesses = await server.get('/v1/me/businesses', token);
      expect(businesses.body).toEqual({ data: [], nextCursor: null });
      for (const each of ['/v1/business', '/v1/team-members', '/v1/audit-log', '/v1/api-keys'])
        expectProblem(await server.get(each, token), 403, 'no_business');
    });
  });

  describe('whose place in the business used last is gone', () => {
    it('logs in to another one', async () => {
      const other = await signUp(server);
      const person = await addMember(server, customer, 'member');
      const { user } = (await server.get('/v1/me', person.token)).body as MeResponse;
      await joinBusiness(server.database, user!.id, other.business.id, 'viewer');
      expect((await logIn(server, person.email)).business.id).toBe(customer.business.id);
      await server.post(`/v1/team-members/${person.id}/deactivate`, customer.token).expect(200);
      expect((await logIn(server, person.email)).business.id).toBe(other.business.id);
    });
  });

  describe('whose only business is deactivated', () => {
    const deactivate = () =>
      server.database.query(`UPDATE businesses SET status = 'deactivated' WHERE id = $1`, [
        customer.business.id,
      ]);

    it('logs in to it, is told so, and founds another', async () => {
      await deactivate();
      const response = await login(customer.email);
      expect(response.status).toBe(200);
      const { session, business } = response.body as LoginResponse;
      expect(business).toMatchObject({ id: customer.business.id, status: 'deactivated' });
      expectProblem(await server.get('/v1/me', session.token), 403, 'business_deactivated');
      const founded = await server.post('/v1/businesses', session.token, { name: 'Anew' });
      expect(founded.status).toBe(201);
      expect((await logIn(server, customer.email)).business.name).toBe('Anew');
    });

    it('accepts an invitation of another', async () => {
      const other = await signUp(server);
      await deactivate();
      const invited = await invite(customer.email, 'member', other.token);
      expect((await accept(customer.token, invited)).status).toBe(201);
    });
  });

  describe('who is invited back', () => {
    it('takes a seat, and is refused where there is none', async () => {
      const person = await goOut((each) => server.post(`${path(each)}/deactivate`, customer.token));
      const invited = await invite(person.email);
      await addMember(server, customer, 'viewer');
      await addMember(server, customer, 'viewer'); // the third of three seats
      const { token } = (await logIn(server, person.email)).session;
      expectProblem(await accept(token, invited), 402, 'limit_reached');
    });

    it('is the member of before, with the role of the invitation', async () => {
      const person = await goOut((each) => server.post(`${path(each)}/deactivate`, customer.token));
      const { token } = (await logIn(server, person.email)).session;
      const accepted = await accept(token, await invite(person.email, 'viewer'));
      expect(accepted.body).toMatchObject({ member: { id: person.id, role: 'viewer' } });
    });

    it('is not invited by an admin who was an owner', async () => {
      const owner = await addMember(server, customer, 'owner');
      const admin = await addMember(server, customer, 'admin');
      await server.post(`/v1/team-members/${owner.id}/deactivate`, customer.token).expect(200);
      expectProblem(await invite(owner.email, 'member', admin.token), 403, 'permission_denied');
      expect((await invite(owner.email, 'member')).status).toBe(201);
    });

    it.each([
      ['activated and deactivated again', ['activate', 'deactivate']],
      ['activated and removed', ['activate', '']],
      ['removed', ['']],
    ])('has no use of the invitation once %s', async (_, changes) => {
      const person = await goOut((each) => server.post(`${path(each)}/deactivate`, customer.token));
      const invited = await invite(person.email);
      for (const change of changes)
        await (change
          ? server.post(`${path(person)}/${change}`, customer.token).expect(200)
          : server.delete(path(person), customer.token).expect(204));
      const { token } = (await logIn(server, person.email)).session;
      expectProblem(await accept(token, invited), 410, 'invitation_revoked');
    });
  });
});
