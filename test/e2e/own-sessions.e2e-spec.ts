import type { Response } from 'supertest';
import type {
  SwitchResponse,
  MembershipResponse,
  SessionResponse,
} from '../../src/modules/accounts/dto/account.responses';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { MailServer } from '../support/mail-server';
import { addMember, joinBusiness, logIn } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

const ONE_HOUR_MS = 3_600_000;
const MISSING_ID = '00000000-0000-7000-8000-000000000000';

describe('ways back in, and oneself', () => {
  let mailServer: MailServer;
  let server: TestApplication;
  beforeAll(async () => {
    mailServer = await MailServer.start();
    server = await TestApplication.start({ roles: ['worker'], smtpUrl: mailServer.url });
  });
  afterAll(async () => {
    await server.stop();
    await mailServer.close();
  });
  afterEach(() => jest.restoreAllMocks());

  const statusOfMe = async (token: string): Promise<number> =>
    (await server.get('/v1/me', token)).status;

  describe('sessions', () => {
    const list = async (token: string): Promise<SessionResponse[]> => {
      const response = await server.get('/v1/me/sessions', token);
      return (response.body as { data: SessionResponse[] }).data;
    };
    const end = (token: string, id: string): Promise<Response> =>
      Promise.resolve(server.delete(`/v1/me/sessions/${id}`, token));

    it('of all businesses are listed, the newest first, this one marked', async () => {
      const { email, token } = await signUp(server);
      await createBusiness(token, 'Elsewhere');
      const login = server.post('/v1/auth/login', undefined, { email, password: PASSWORD });
      await login.set('user-agent', 'a browser');
      const sessions = await list(token);
      expect(sessions.map(({ current }) => current)).toEqual([false, false, true]);
      expect(sessions[0]).toMatchObject({ userAgent: 'a browser', ip: '127.0.0.1' });
      expect(Object.keys(sessions[0] ?? {}).sort()).toEqual([
        'createdAt',
        'current',
        'id',
        'ip',
        'lastUsedAt',
        'signedInWith',
        'userAgent',
      ]);
    });

    it('are of no other person', async () => {
      const customer = await signUp(server);
      await addMember(server, customer, 'admin');
      expect(await list(customer.token)).toHaveLength(1);
    });

    it('can be ended one by one, in another business too', async () => {
      const { token } = await signUp(server);
      const elsewhere = await createBusiness(token, 'Elsewhere');
      const [other] = await list(token);
      expect((await end(token, other?.id ?? '')).status).toBe(204);
      expect(await statusOfMe(elsewhere.session.token)).toBe(401);
      expect(await list(token)).toHaveLength(1);
    });

    it('of another person are like missing ones', async () => {
      const customer = await signUp(server);
      const colleague = await addMember(server, customer, 'member');
      const [theirs] = await list(colleague.token);
      const answers = [
        await end(customer.token, theirs?.id ?? ''),
        await end(customer.token, MISSING_ID),
      ];
      expectProblem(answers[0]!, 404, 'session_not_found');
      const [foreign, missing] = answers.map(comparable);
      expect(foreign).toEqual(missing);
      expect(await statusOfMe(colleague.token)).toBe(200);
    });

    it('that have run out are not listed', async () => {
      const { token, email, business } = await signUp(server);
      freezeClockAt(server, Date.parse(business.createdAt) + 13 * ONE_HOUR_MS);
      expect(await statusOfMe(token)).toBe(401);
      const later = await logIn(server, email);
      expect(await list(later.session.token)).toHaveLength(1);
    });

    it('end with a logout, this one only', async () => {
      const { email, token } = await signUp(server);
      const { session } = await logIn(server, email);
      expect((await server.post('/v1/auth/logout', token)).status).toBe(204);
      expect([await statusOfMe(token), await statusOfMe(session.token)]).toEqual([401, 200]);
    });
  });

  describe('several businesses', () => {
    const switchTo = (token: string, businessId: string): Promise<Response> =>
      Promise.resolve(server.post('/v1/me/switch', token, { businessId }));
    const namesOf = async (token: string): Promise<unknown[]> => {
      const response = await server.get('/v1/me/businesses', token);
      const { data } = response.body as { data: MembershipResponse[] };
      return data.map(({ name, role, current }) => [name, role, current]);
    };
    const joinAs = async (person: Customer, host: Customer): Promise<void> => {
      const [user] = await server.database.query<{ id: string }>(
        'SELECT id FROM users WHERE email = $1',
        [person.email],
      );
      await joinBusiness(server.database, user?.id ?? '', host.business.id, 'viewer');
    };

    it('are listed, the latest joined first', async () => {
      const [person, host] = [await signUp(server, 'Mine'), await signUp(server, 'Theirs')];
      await joinAs(person, host);
      expect(await namesOf(person.token)).toEqual([
        ['Theirs', 'viewer', false],
        ['Mine', 'owner', true],
      ]);
      expect(await namesOf(host.token)).toEqual([['Theirs', 'owner', true]]);
    });

    it('each have a session of their own: a switch opens one, with the role there', async () => {
      const [person, host] = [await signUp(server), await signUp(server)];
      await joinAs(person, host);
      const response = await switchTo(person.token, host.business.id);
      const { session, member, business } = response.body as SwitchResponse;
      expect(response.status).toBe(200);
      expect([business.id, member.role]).toEqual([host.business.id, 'viewer']);
      const [here, there] = [
        await server.get('/v1/me', person.token),
        await server.get('/v1/me', session.token),
      ];
      expect(here.body).toMatchObject({ business: { id: person.business.id } });
      expect(there.body).toMatchObject({ business: { id: host.business.id } });
      expect((await logIn(server, person.email)).business.id).toBe(host.business.id);
    });

    it('of strangers are missing ones, and so are those one was put out of', async () => {
      const [person, host] = [await signUp(server), await signUp(server)];
      const [foreign, missing] = [
        await switchTo(person.token, host.business.id),
        await switchTo(person.token, MISSING_ID),
      ];
      expectProblem(foreign, 404, 'business_not_found');
      expect(comparable(foreign)).toEqual(comparable(missing));
      await joinAs(person, host);
      await server.database.query(
        "UPDATE members SET status = 'deactivated' WHERE business_id = $1 AND role = 'viewer'",
        [host.business.id],
      );
      expectProblem(await switchTo(person.token, host.business.id), 404, 'business_not_found');
    });

    it('that are deactivated cannot be switched to', async () => {
      const [person, host] = [await signUp(server), await signUp(server)];
      await joinAs(person, host);
      await server.database.query("UPDATE businesses SET status = 'deactivated' WHERE id = $1", [
        host.business.id,
      ]);
      expectProblem(await switchTo(person.token, host.business.id), 403, 'business_deactivated');
    });

    it('are created like the first, without another person', async () => {
      const customer = await signUp(server, 'First');
      const second = await createBusiness(customer.token, 'Second');
      expect(Object.keys(second).sort()).toEqual([
        'apiKey',
        'business',
        'member',
        'session',
        'subscription',
      ]);
      expect(second.member).toMatchObject({ role: 'owner', email: customer.email });
      expect(second.subscription.plan.slug).toBe('free');
      expect(await namesOf(second.session.token)).toEqual([
        ['Second', 'owner', true],
        ['First', 'owner', false],
      ]);
      expect((await server.get('/v1/entitlements', second.apiKey.key)).status).toBe(200);
      const users = await server.database.query('SELECT FROM users WHERE email = $1', [
        customer.email,
      ]);
      expect(users).toHaveLength(1);
      expect(mailServer.mailsTo(customer.email).length).toBeLessThanOrEqual(1);
    });

    it('need a name, and a signed-in person', async () => {
      const { token } = await signUp(server);
      expectFaults(await server.post('/v1/businesses', token, { name: ' ' }), '/name');
      const anonymous = await server.post('/v1/businesses', undefined, { name: 'Second' });
      expectProblem(anonymous, 401, 'unauthenticated');
    });
  });

  const createBusiness = async (token: string, name: string): Promise<SignupResponse> => {
    const response = await server.post('/v1/businesses', token, { name });
    expect(response.status).toBe(201);
    return response.body as SignupResponse;
  };
});
