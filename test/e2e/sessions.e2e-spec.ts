import bcrypt from 'bcrypt';
import { createToken } from '../../src/common/token';
import { newId } from '../../src/common/ids';
import type { SwitchResponse } from '../../src/modules/accounts/dto/account.responses';
import { PasswordHasher } from '../../src/modules/identity/password-hasher';
import { PASSWORD, aRecording, signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { addMember, joinBusiness, logIn } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { sendRaw } from '../support/raw-http';
import { newEmail } from '../support/signups';
import { statementsOf } from '../support/statement-counter';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

const ONE_MINUTE_MS = 60_000;
const ONE_HOUR_MS = 3_600_000;
const ONE_DAY_MS = 86_400_000;
const CHALLENGE = 'Bearer realm="tenantry"';
const INVALID_TOKEN = `${CHALLENGE}, error="invalid_token"`;

describe('sessions', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());
  afterEach(() => jest.restoreAllMocks());

  const login = (body: object) => server.post('/v1/auth/login', undefined, body);
  const me = (token: string) => server.get('/v1/me', token);
  const setMemberStatus = (memberId: string, status: string) =>
    server.database.query('UPDATE members SET status = $2 WHERE id = $1', [memberId, status]);
  const setBusinessStatus = (businessId: string, status: string) =>
    server.database.query('UPDATE businesses SET status = $2 WHERE id = $1', [businessId, status]);

  describe('login', () => {
    it('answers with a new session, the member and the business', async () => {
      const { email, member, business } = await signUp(server);
      const response = await login({ email, password: PASSWORD });
      expect(response.status).toBe(200);
      expect(response.body).toEqual({
        session: {
          token: expect.stringMatching(/^tns_[0-9A-Za-z]{46}$/) as string,
          expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        },
        member,
        business,
      });
      expect((await me((response.body as SwitchResponse).session.token)).status).toBe(200);
    });

    it('gives another token each time, and leaves the earlier ones alone', async () => {
      const { email, token } = await signUp(server);
      const first = await logIn(server, email);
      const second = await logIn(server, email);
      const tokens = [token, first.session.token, second.session.token];
      expect(new Set(tokens).size).toBe(3);
      for (const each of tokens) expect((await me(each)).status).toBe(200);
    });

    it('shows who I am and what the role permits', async () => {
      const customer = await signUp(server);
      const viewer = await addMember(server, customer, 'viewer');
      const response = await me(viewer.token);
      expect(response.body).toEqual({
        user: {
          id: expect.any(String) as string,
          email: viewer.email,
          emailVerified: false,
          hasSecondFactor: false,
          fullName: 'Grace Hopper',
        },
        member: { id: viewer.id, role: 'viewer', kind: 'person', status: 'active' },
        business: {
          id: customer.business.id,
          name: customer.business.name,
          requireSecondFactor: false,
        },
        permissions: [
          'business:read',
          'team_members:read',
          'subscription:read',
          'usage:read',
          'applications:read',
          'recordings:read',
        ],
        support: null,
      });
    });

    it('says the same of an unknown address, a wrong password and a business of others', async () => {
      const customer = await signUp(server);
      const deactivated = await addMember(server, customer, 'member');
      await setMemberStatus(deactivated.id, 'deactivated');
      const unknown = await login({ email: newEmail(), password: PASSWORD });
      const wrong = await login({ email: customer.email, password: `${PASSWORD}!` });
      const { email: shutOut } = deactivated;
      const shut = await login({ email: shutOut, password: `${PASSWORD}!` });
      const { id: businessId } = customer.business;
      const notHere = await login({ email: shutOut, password: PASSWORD, businessId });
      const nowhere = { email: customer.email, password: PASSWORD, businessId: newId() };
      const elsewhere = await login(nowhere);
      expectProblem(unknown, 401, 'invalid_credentials');
      for (const answer of [wrong, shut, notHere, elsewhere])
        expect(comparable(answer)).toEqual(comparable(unknown));
    });

    it('hashes as much for an unknown address as for a known one', async () => {
      const { email } = await signUp(server);
      const verified = jest.spyOn(server.app.get(PasswordHasher), 'verify');
      const compare = jest.spyOn(bcrypt, 'compare');
      await login({ email: newEmail(), password: PASSWORD });
      await login({ email, password: 'a wrong password' });
      const rounds = compare.mock.calls.map(([, hash]) => bcrypt.getRounds(hash));
      expect(verified.mock.calls.map(([, hash]) => hash === null)).toEqual([true, false]);
      expect(rounds).toEqual([4, 4]);
    });

    it.each(['email', 'password', 'businessId'])('refuses a %s of another type', async (field) => {
      const { email } = await signUp(server);
      for (const value of [{}, [], true, 7, { $ne: '' }, [email]])
        expectFaults(await login({ email, password: PASSWORD, [field]: value }), `/${field}`);
    });

    it.each(['email', 'password'])('refuses null for %s, and its absence', async (field) => {
      const { email } = await signUp(server);
      for (const value of [null, undefined, ''])
        expectFaults(await login({ email, password: PASSWORD, [field]: value }), `/${field}`);
    });

    it('ignores an Authorization header of any kind', async () => {
      const { email } = await signUp(server);
      for (const header of ['Bearer nonsense', 'Basic eDp5', `Bearer ${createToken('session')}`]) {
        const response = await login({ email, password: PASSWORD }).set('authorization', header);
        expect(response.status).toBe(200);
      }
    });
  });

  describe('login of a person in two businesses', () => {
    let first: Customer;
    let second: Customer;
    beforeEach(async () => {
      first = await signUp(server, 'First');
      second = await signUp(server, 'Second');
      const [owner] = await server.database.query<{ id: string }>(
        'SELECT id FROM users WHERE email = $1',
        [first.email],
      );
      await joinBusiness(server.database, owner!.id, second.business.id, 'viewer');
    });

    const businessOf = async (changes: object = {}): Promise<string> =>
      (await logIn(server, first.email, changes)).business.name;

    it('goes to the business that is asked for, else to the one used last', async () => {
      expect(await businessOf()).toBe('First');
      server.clock.moveBy(ONE_MINUTE_MS);
      expect(await businessOf({ businessId: second.business.id })).toBe('Second');
      server.clock.moveBy(ONE_MINUTE_MS);
      expect(await businessOf()).toBe('Second');
      expect(await businessOf({ businessId: first.business.id.toUpperCase() })).toBe('First');
    });

    it('gives a session that is bound to that business and to the role there', async () => {
      const { session } = await logIn(server, first.email, { businessId: second.business.id });
      const response = await me(session.token);
      expect(response.body).toMatchObject({
        business: { name: 'Second' },
        member: { role: 'viewer' },
      });
    });

    it('passes by a business that is deactivated, or where the member is', async () => {
      await setBusinessStatus(first.business.id, 'deactivated');
      expect(await businessOf()).toBe('Second');
      await setBusinessStatus(first.business.id, 'active');
      await setMemberStatus(first.member.id, 'deactivated');
      expect(await businessOf()).toBe('Second');
    });
  });

  describe('a deactivated business', () => {
    it('refuses sessions and keys, and tells a stranger nothing', async () => {
      const { business, email, token, key } = await signUp(server);
      await setBusinessStatus(business.id, 'deactivated');
      expectProblem(await me(token), 403, 'business_deactivated');
      expectProblem(await server.get('/v1/sdk/status', key), 403, 'business_deactivated');
      expectProblem(await login({ email, password: 'a wrong one' }), 401, 'invalid_credentials');
      await setBusinessStatus(business.id, 'active');
      await until('the server has heard it', async () => (await me(token)).status === 200);
    });
  });

  describe('the end of a session', () => {
    it('comes with logout, at once, for that session only', async () => {
      const { email, token } = await signUp(server);
      const other = await logIn(server, email);
      const response = await server.post('/v1/auth/logout', token);
      expect([response.status, response.text]).toEqual([204, '']);
      expectProblem(await me(token), 401, 'unauthenticated');
      expectProblem(await server.post('/v1/auth/logout', token), 401, 'unauthenticated');
      expect((await me(other.session.token)).status).toBe(200);
    });

    it('comes with the deactivation of the member', async () => {
      const customer = await signUp(server);
      const member = await addMember(server, customer, 'admin');
      expect((await me(member.token)).status).toBe(200);
      await server.post(`/v1/team-members/${member.id}/deactivate`, customer.token).expect(200);
      expectProblem(await me(member.token), 401, 'unauthenticated');
      expect((await me(customer.token)).status).toBe(200);
    });

    it('comes after 12 hours without use, not a millisecond sooner or later', async () => {
      const { token, business } = await signUp(server);
      const openedAt = Date.parse(business.createdAt);
      freezeClockAt(server, openedAt + 12 * ONE_HOUR_MS);
      expectProblem(await me(token), 401, 'unauthenticated');
      freezeClockAt(server, openedAt + 12 * ONE_HOUR_MS - 1);
      expect((await me(token)).status).toBe(200); // and this is a use
      freezeClockAt(server, openedAt + 24 * ONE_HOUR_MS - 2);
      expect((await me(token)).status).toBe(200);
    });

    it('comes after 30 days however busy it was, at the moment that login had told', async () => {
      const { email } = await signUp(server);
      const { session } = await logIn(server, email);
      const expiresAt = Date.parse(session.expiresAt);
      const openedAt = expiresAt - 30 * ONE_DAY_MS;
      for (let at = openedAt; at < expiresAt; at += 11 * ONE_HOUR_MS) {
        freezeClockAt(server, at);
        expect((await me(session.token)).status).toBe(200);
      }
      freezeClockAt(server, expiresAt - 1);
      expect((await me(session.token)).status).toBe(200);
      freezeClockAt(server, expiresAt);
      expectProblem(await me(session.token), 401, 'unauthenticated');
    });
  });

  describe('the credential', () => {
    let customer: Customer;
    beforeAll(async () => {
      customer = await signUp(server);
    });

    it('counts in the Authorization header, whose scheme is written in any letter case', async () => {
      for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
        const response = await server
          .get('/v1/me')
          .set('authorization', `${scheme} ${customer.token}`);
        expect(response.status).toBe(200);
      }
    });

    it('counts nowhere else: not in the query, the body, a cookie or another header', async () => {
      const { token } = customer;
      const elsewhere = [
        server.get(`/v1/me?access_token=${token}`),
        server.get(`/v1/me?token=${token}`),
        server.post('/v1/auth/logout', undefined, { access_token: token }),
        server.post('/v1/applications', undefined, { name: 'Shop', access_token: token }),
        server.get('/v1/me').set('cookie', `access_token=${token}; session=${token}`),
        server.get('/v1/me').set('x-api-key', token),
        server.get('/v1/me').set('proxy-authorization', `Bearer ${token}`),
      ];
      for (const answer of await Promise.all(elsewhere)) {
        expectProblem(answer, 401, 'unauthenticated');
        expect(answer.headers['www-authenticate']).toBe(CHALLENGE);
      }
      expect((await me(token)).status).toBe(200);
    });

    it('in the header does not make another in the query harmless', async () => {
      const response = await server.get(
        `/v1/me?access_token=${customer.token}`,
        createToken('session'),
      );
      expectProblem(response, 401, 'unauthenticated');
      expectFaults(await server.get('/v1/me?access_token=x', customer.token), '/access_token');
    });

    const unknown = createToken('session');
    const malformed = unknown.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const noTokens = ['', 'Bearer', 'Bearer ', 'Basic eDp5', 'Digest x', 'tns_', 'Token x'];
    const badTokens: [string, string][] = [
      ['an unknown token', `Bearer ${unknown}`],
      ['a token with a typo', `Bearer ${malformed}`],
      ['a word', 'Bearer nonsense'],
      ['an unknown staff token', `Bearer ${createToken('staff_session')}`],
      ['an unknown support token', `Bearer ${createToken('support_session')}`],
      ['two tokens', `Bearer ${unknown} ${unknown}`],
      ['two tokens with a comma', `Bearer ${unknown},${unknown}`],
    ];

    it.each(noTokens)('is asked for after "%s", without an error (RFC 6750)', async (header) => {
      const response = await server.get('/v1/me').set('authorization', header);
      expectProblem(response, 401, 'unauthenticated');
      expect(response.headers['www-authenticate']).toBe(CHALLENGE);
    });

    it.each(badTokens)('is called invalid when it is %s', async (_, header) => {
      const response = await server.get('/v1/me').set('authorization', header);
      expectProblem(response, 401, 'unauthenticated');
      expect(response.headers['www-authenticate']).toBe(INVALID_TOKEN);
    });

    it('is asked for when there is no header at all', async () => {
      const response = await server.get('/v1/me');
      expectProblem(response, 401, 'unauthenticated');
      expect(response.headers['www-authenticate']).toBe(CHALLENGE);
    });

    it('does not count with something beside it in the header', async () => {
      const { token } = customer;
      const headers = [`Bearer ${token} ${token}`, `Bearer ${token},`, `Bearer ${token}, Basic x`];
      headers.push(
        `Bearer "${token}"`,
        `Bearer\t${token}`,
        `Bearer  ${token}`,
        `x Bearer ${token}`,
      );
      for (const header of headers) {
        const answer = await sendRaw(server.url, {
          path: '/v1/me',
          headers: [['authorization', header]],
        });
        expectProblem(answer, 401, 'unauthenticated');
      }
    });

    it('asks nothing of the database where its checksum is wrong', async () => {
      const typo = await statementsOf(async () => {
        for (const token of [malformed, 'tns_', 'x', `${unknown}0`, unknown.toLowerCase()])
          expectProblem(await me(token), 401, 'unauthenticated');
      });
      const lookUp = await statementsOf(async () => {
        expectProblem(await me(unknown), 401, 'unauthenticated');
      });
      expect(typo.all).toEqual([]);
      expect(lookUp.work).toHaveLength(1);
    });

    it('opens the routes of its own kind only', async () => {
      const { token, key } = customer;
      const wrongKind = [
        server.get('/v1/me', key),
        server.get('/v1/business', key),
        server.get('/v1/team-members', key),
        server.get('/v1/api-keys', key),
        server.post('/v1/applications', key, { name: 'Shop' }),
        server.get('/v1/recordings', key),
        server.post('/v1/auth/logout', key),
        server.post('/v1/recordings', token, aRecording()),
        server.post('/v1/recordings/batch', token, { recordings: [aRecording()] }),
        server.get('/v1/sdk/status', token),
      ];
      for (const answer of await Promise.all(wrongKind)) {
        expectProblem(answer, 403, 'wrong_credential_kind');
        expect(answer.headers['www-authenticate']).toBeUndefined();
      }
    });

    it('is not written down when it is used: only the time is, to the minute', async () => {
      const { token } = await signUp(server);
      const fresh = await statementsOf(() => Promise.resolve(me(token)));
      server.clock.moveBy(2 * ONE_MINUTE_MS);
      const stale = await statementsOf(() => Promise.resolve(me(token)));
      const updates = (texts: string[]) => texts.filter((text) => text.startsWith('UPDATE'));
      expect(updates(fresh.work)).toEqual([]);
      expect(updates(stale.work)).toHaveLength(1);
    });
  });
});

describe('sessions of another configuration', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start({ sessionIdleHours: 1, sessionAbsoluteDays: 1 });
  });
  afterAll(() => server.stop());
  afterEach(() => jest.restoreAllMocks());

  it('end as soon as it says', async () => {
    const { token, session, business } = await signUp(server);
    const openedAt = Date.parse(business.createdAt);
    expect(Date.parse(session.expiresAt) - openedAt).toBe(ONE_DAY_MS);
    freezeClockAt(server, openedAt + ONE_HOUR_MS - 1);
    expect((await server.get('/v1/me', token)).status).toBe(200);
    freezeClockAt(server, openedAt + 2 * ONE_HOUR_MS - 1);
    expectProblem(await server.get('/v1/me', token), 401, 'unauthenticated');
  });
});
