import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import { signUp } from '../support/customers';
import { expectProblem } from '../support/problems';
import { storeRecording } from '../product/support/recordings';
import { newEmail } from '../support/signups';
import { addStaff, readAuditLog } from '../support/staff';
import { TestApplication } from '../support/test-application';

// Whom a row names, and what it keeps of what was deleted.

let server: TestApplication;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());

const idsOf = (entries: AuditEntryResponse[]) => [...new Set(entries.map(({ actor }) => actor.id))];

describe('a person who acts in another business', () => {
  it('is named in its log by e-mail, by no id of a member of elsewhere', async () => {
    const first = await signUp(server);
    const founded = await server.post('/v1/businesses', first.token, { name: 'Second' });
    const second = founded.body as SignupResponse;
    const entries = await readAuditLog(server, second.session.token);
    expect(entries.length).toBeGreaterThan(3);
    expect(idsOf(entries)).toEqual([null]);
    expect(new Set(entries.map(({ actor }) => actor.email))).toEqual(new Set([first.email]));
  });

  it('is so by a switch, and by the own member afterwards', async () => {
    const first = await signUp(server);
    const founded = await server.post('/v1/businesses', first.token, { name: 'Second' });
    const { business, member, session } = founded.body as SignupResponse;
    await server.post('/v1/me/switch', first.token, { businessId: business.id });
    await server.post('/v1/applications', session.token, { name: 'Shop', platform: 'ios' });
    const [made, switched] = await readAuditLog(server, session.token);
    expect([made?.action, made?.actor.id]).toEqual(['application.create', member.id]);
    expect([switched?.actor.id, switched?.actor.email]).toEqual([null, first.email]);
  });
});

describe('a sign-in of staff that fails', () => {
  it('is in the log of the installation, of known and unknown accounts', async () => {
    const staff = await addStaff(server);
    const unknown = newEmail('staff');
    for (const email of [staff.email, unknown]) {
      const body = { email, password: 'a wrong password, long enough' };
      const answer = await server.post('/v1/staff/auth/login', undefined, body);
      expectProblem(answer, 401, 'invalid_credentials');
    }
    const query = '&action=staff_session.fail';
    const entries = await readAuditLog(server, staff.token, query, '/v1/staff/audit-log');
    expect(entries.map(({ actor, target }) => [actor.email, target])).toEqual([
      [unknown, { type: 'staff_account', id: null }],
      [staff.email, { type: 'staff_account', id: staff.id }],
    ]);
  });
});

describe('a recording that is deleted', () => {
  it('leaves no times, no id of the SDK and no payload in the log', async () => {
    const customer = await signUp(server);
    const { id } = await storeRecording(server, customer, { externalId: 'a-person-in-the-id' });
    expect((await server.delete(`/v1/recordings/${id}`, customer.token)).status).toBe(204);
    const [entry] = await readAuditLog(server, customer.token, '&action=recording.delete');
    const told = Object.entries(entry!.changes).filter(([, [before]]) => before !== '***');
    expect(told.map(([field]) => field)).toEqual(['deletedAt']);
    expect(JSON.stringify(entry)).not.toContain('a-person-in-the-id');
  });
});
