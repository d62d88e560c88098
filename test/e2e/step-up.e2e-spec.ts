import type { Response } from 'supertest';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { addMember, logIn, logInWithoutBusiness } from '../support/members';
import { expectProblem } from '../support/problems';
import { Authenticator, otherThan } from '../support/second-factors';
import { newEmail } from '../support/signups';
import { addStaff, openSupport, readAuditLog, STAFF_PASSWORD } from '../support/staff';
import { TestApplication } from '../support/test-application';

const ELEVEN_MINUTES_MS = 11 * 60_000;
const REFUSED = [403, 'reauthentication_required'] as const;

let server: TestApplication;
beforeAll(async () => {
  server = await TestApplication.start({ rateLimitFailures: 10 });
});
afterAll(() => server.stop());

const prove = async (token: string, body: object): Promise<Response> =>
  server.post('/v1/auth/reauthenticate', token, body);
const createKey = async (token: string): Promise<Response> =>
  server.post('/v1/api-keys', token, { name: 'Another' });

async function unproven(): Promise<Customer> {
  const owner = await signUp(server);
  server.clock.moveBy(ELEVEN_MINUTES_MS);
  return owner;
}

describe('a session that was proven more than 10 minutes ago', () => {
  it('is refused what is delicate, and nothing else', async () => {
    const owner = await unproven();
    expectProblem(await createKey(owner.token), ...REFUSED);
    expect((await server.get('/v1/api-keys', owner.token)).status).toBe(200);
    const fresh = await logIn(server, owner.email);
    expect((await createKey(fresh.session.token)).status).toBe(201);
  });

  it('is proven again by the password, and no other session with it', async () => {
    const owner = await signUp(server);
    const other = (await logIn(server, owner.email)).session.token;
    server.clock.moveBy(ELEVEN_MINUTES_MS);
    expectProblem(
      await prove(owner.token, { password: 'not the password' }),
      403,
      'wrong_password',
    );
    expectProblem(await createKey(owner.token), ...REFUSED);
    expect((await prove(owner.token, { password: PASSWORD })).status).toBe(204);
    expect((await createKey(owner.token)).status).toBe(201);
    expectProblem(await createKey(other), ...REFUSED);
    server.clock.moveBy(ELEVEN_MINUTES_MS);
    expectProblem(await createKey(owner.token), ...REFUSED);
    const told = await readAuditLog(server, owner.token, '&action=session.prove');
    expect(told).toHaveLength(1);
  });

  it('is proven again by a code, which works once', async () => {
    const owner = await signUp(server);
    const app = await Authenticator.enrol(server, owner.token);
    server.clock.moveBy(ELEVEN_MINUTES_MS);
    const code = await app.next();
    const wrong = await prove(owner.token, { code: otherThan(code) });
    expectProblem(wrong, 401, 'mfa_code_invalid');
    expect((await prove(owner.token, { code })).status).toBe(204);
    expect((await createKey(owner.token)).status).toBe(201);
    expectProblem(await prove(owner.token, { code }), 401, 'mfa_code_invalid');
  });

  it('is proven without a business too', async () => {
    const { token } = await logInWithoutBusiness(server);
    server.clock.moveBy(ELEVEN_MINUTES_MS);
    expectProblem(await server.post('/v1/me/mfa/totp', token), ...REFUSED);
    expect((await prove(token, { password: PASSWORD })).status).toBe(204);
    expect((await server.post('/v1/me/mfa/totp', token)).status).toBe(201);
  });

  it('does not prove by guessing: wrong proofs are counted for the account', async () => {
    const owner = await signUp(server);
    await Authenticator.enrol(server, owner.token);
    for (const wrong of [{ password: 'not the password' }, { code: '000000' }]) {
      const statuses: number[] = [];
      for (let count = 0; count < 11; count += 1)
        statuses.push((await prove(owner.token, wrong)).status);
      expect(statuses.at(-1)).toBe(429);
      expect(statuses.slice(0, 10)).not.toContain(429);
    }
  });

  it('takes one proof, and nothing that is none', async () => {
    const { token } = await unproven();
    const bodies = [{}, { password: PASSWORD, code: '000000' }, { password: {} }, { code: null }];
    for (const body of bodies) expectProblem(await prove(token, body), 422, 'validation_failed');
  });

  it('is passed on as old as it is, by a switch and with another business', async () => {
    const owner = await unproven();
    const another = await server.post('/v1/businesses', owner.token, { name: 'Another' });
    const { session, business } = another.body as Customer;
    expectProblem(await createKey(session.token), ...REFUSED);
    const switched = await server.post('/v1/me/switch', owner.token, { businessId: business.id });
    const { token } = (switched.body as Customer).session;
    expectProblem(await createKey(token), ...REFUSED);
  });
});

describe('what needs a proof in some cases only', () => {
  it('is support access and the demand of a second factor, not the name', async () => {
    const { token } = await unproven();
    expect((await server.patch('/v1/business', token, { name: 'Renamed' })).status).toBe(200);
    for (const body of [{ supportAccess: false }, { requireSecondFactor: true, name: 'Renamed' }])
      expectProblem(await server.patch('/v1/business', token, body), ...REFUSED);
  });

  it('is an invitation as owner', async () => {
    const { token } = await unproven();
    const invite = async (role: string) =>
      server.post('/v1/invitations', token, { email: newEmail(), role });
    expectProblem(await invite('owner'), ...REFUSED);
    expect((await invite('viewer')).status).toBe(201);
  });

  it('is another owner', async () => {
    const owner = await signUp(server);
    const second = await addMember(server, owner, 'owner');
    const viewer = await addMember(server, owner, 'viewer');
    server.clock.moveBy(ELEVEN_MINUTES_MS);
    const path = `/v1/team-members/${second.id}`;
    expectProblem(await server.post(`${path}/deactivate`, owner.token), ...REFUSED);
    expectProblem(await server.delete(path, owner.token), ...REFUSED);
    expectProblem(await server.patch(path, owner.token, { role: 'viewer' }), ...REFUSED);
    const ofViewer = await server.delete(`/v1/team-members/${viewer.id}`, owner.token);
    expect(ofViewer.status).toBe(204);
    expect((await server.delete(path, second.token)).status).toBe(204); // leaving needs none
  });
});

describe('staff', () => {
  it('prove themselves again before they enter a business', async () => {
    const staff = await addStaff(server);
    const customer = await signUp(server);
    server.clock.moveBy(ELEVEN_MINUTES_MS);
    const path = `/v1/staff/businesses/${customer.business.id}/support-sessions`;
    const body = { reason: 'The customer asked for help' };
    expectProblem(await server.post(path, staff.token, body), ...REFUSED);
    const proof = { password: STAFF_PASSWORD };
    const proven = await server.post('/v1/staff/auth/reauthenticate', staff.token, proof);
    expect(proven.status).toBe(204);
    expect((await server.post(path, staff.token, body)).status).toBe(201);
  });

  it('cannot prove anything in a support session', async () => {
    const staff = await addStaff(server);
    const customer = await signUp(server);
    const { token } = await openSupport(server, staff, customer, { mode: 'write' });
    expectProblem(await prove(token, { password: PASSWORD }), 403, 'support_forbidden');
    expectProblem(await createKey(token), 403, 'support_forbidden');
  });
});
