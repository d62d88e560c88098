import { RequestContext } from '../../src/common/request-context';
import { LostFactorsService } from '../../src/modules/accounts/lost-factors.service';
import { StaffService } from '../../src/modules/staff/staff.service';
import { signUp, type Customer } from '../support/customers';
import { expectDated, finishJobs, MailServer } from '../support/mail-server';
import { addMember, joinBusiness, logIn, type AddedMember } from '../support/members';
import { expectProblem } from '../support/problems';
import { Authenticator, beginLogin, verify } from '../support/second-factors';
import { addStaff, logInAsStaff, openSupport, readAuditLog } from '../support/staff';
import { LONG_SESSIONS } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

const ONE_HOUR_MS = 3_600_000;
const REMOVED = 'Your second factor was removed';

let mailServer: MailServer;
let server: TestApplication;
beforeAll(async () => {
  mailServer = await MailServer.start();
  const changes = { roles: ['worker' as const], smtpUrl: mailServer.url, ...LONG_SESSIONS };
  server = await TestApplication.start(changes);
});
afterAll(async () => {
  await server.stop();
  await mailServer.close();
});

const mailsTo = (email: string, subject: string): number =>
  mailServer.mails.filter(
    (mail) => mail.recipients.includes(email) && mail.subject?.includes(subject),
  ).length;

describe('an owner', () => {
  let owner: Customer;
  let member: AddedMember;
  const clear = async (token: string, id = member.id) =>
    server.delete(`/v1/team-members/${id}/second-factor`, token);
  beforeEach(async () => {
    owner = await signUp(server);
    member = await addMember(server, owner, 'admin');
  });

  it('removes that of a member: sessions end, both are told, the log too', async () => {
    await Authenticator.enrol(server, member.token);
    expect((await clear(owner.token)).status).toBe(204);
    expectProblem(await server.get('/v1/me', member.token), 401, 'unauthenticated');
    expect((await logIn(server, member.email)).session.token).toMatch(/^tns_/);
    await finishJobs(server.database);
    const subject = `The second factor of ${member.email} was removed`;
    for (const email of [owner.email, member.email]) expect(mailsTo(email, subject)).toBe(1);
    const mail = await mailServer.mailTo(member.email, subject);
    expectDated(mail);
    expect(mail.text).not.toContain('password is unchanged'); // there may be none
    const query = '&action=team_member.clear_second_factor';
    const told = await readAuditLog(server, owner.token, query);
    expect(told.find(({ target }) => target.type === 'user')?.actor.email).toBe(owner.email);
    expectProblem(await clear(owner.token), 404, 'second_factor_not_found');
  });

  it('is the only one who may, and not of themselves, nor of strangers', async () => {
    await Authenticator.enrol(server, member.token);
    expectProblem(await clear(member.token, owner.member.id), 403, 'permission_denied');
    expectProblem(await clear(owner.token, owner.member.id), 409, 'own_second_factor');
    const stranger = await signUp(server);
    expectProblem(await clear(stranger.token), 404, 'team_member_not_found');
    expect(await beginLogin(server, member.email)).toEqual(expect.any(String));
  });

  it('removes none that protects another business too', async () => {
    await Authenticator.enrol(server, member.token);
    const other = await signUp(server);
    const [row] = await server.database.query<{ id: string }>(
      'SELECT id FROM users WHERE email = $1',
      [member.email],
    );
    await joinBusiness(server.database, row!.id, other.business.id, 'member');
    expectProblem(await clear(owner.token), 409, 'second_factor_shared');
  });
});

describe('the operator', () => {
  const request = (email: string) =>
    server.app.get(LostFactorsService).request(RequestContext.job('members.reset_factor'), email);
  const finish = (resetId: string) =>
    server.app
      .get(LostFactorsService)
      .finish(RequestContext.job('second_factor.reset'), { resetId });

  it('removes that of a person after 24 hours, of which a mail tells before and after', async () => {
    const owner = await signUp(server);
    await Authenticator.enrol(server, owner.token);
    const { id } = await request(owner.email);
    const subject = 'Your second factor will be removed';
    expectDated(await mailServer.mailTo(owner.email, subject));
    server.clock.moveBy(23 * ONE_HOUR_MS);
    await finish(id);
    expect(await beginLogin(server, owner.email)).toEqual(expect.any(String));
    server.clock.moveBy(ONE_HOUR_MS + 1_000);
    for (let run = 0; run < 2; run += 1) await finish(id);
    expect((await logIn(server, owner.email)).session.token).toMatch(/^tns_/);
    expectProblem(await server.get('/v1/me', owner.token), 401, 'unauthenticated');
    expectDated(await mailServer.mailTo(owner.email, REMOVED));
    expect(mailsTo(owner.email, REMOVED)).toBe(1);
  });

  it('removes nothing that a session cancels, or whose owner logs in with it', async () => {
    const owner = await signUp(server);
    const app = await Authenticator.enrol(server, owner.token);
    const byRoute = await request(owner.email);
    const shown = await server.get('/v1/me/mfa', owner.token);
    expect(shown.body).toMatchObject({ resetAt: byRoute.effectiveAt.toISOString() });
    expect((await server.delete('/v1/me/mfa/reset', owner.token)).status).toBe(204);
    const again = await server.delete('/v1/me/mfa/reset', owner.token);
    expectProblem(again, 404, 'second_factor_not_found');
    const byLogin = await request(owner.email);
    const mfaToken = await beginLogin(server, owner.email);
    expect((await verify(server, { mfaToken, code: await app.next() })).status).toBe(200);
    server.clock.moveBy(25 * ONE_HOUR_MS);
    for (const { id } of [byRoute, byLogin]) await finish(id);
    expect(await beginLogin(server, owner.email)).toEqual(expect.any(String));
  });

  it('refuses a person without one, and an unknown address', async () => {
    const { email } = await signUp(server);
    for (const each of [email, 'unknown@example.com'])
      await expect(request(each)).rejects.toMatchObject({ code: 'second_factor_not_found' });
  });

  it('removes that of staff at once, with their sessions, of which a mail tells', async () => {
    const staff = await addStaff(server);
    const customer = await signUp(server);
    await Authenticator.enrol(server, staff.token, '/v1/staff');
    const support = await openSupport(server, staff, customer);
    await server.app
      .get(StaffService)
      .resetFactor(RequestContext.job('staff.reset_factor'), staff.email);
    for (const [path, token] of [
      ['/v1/staff/me', staff.token],
      ['/v1/me', support.token],
    ] as const)
      expectProblem(await server.get(path, token), 401, 'unauthenticated');
    expect((await logInAsStaff(server, staff.email)).session.token).toMatch(/^tnf_/);
    await mailServer.mailTo(staff.email, REMOVED);
  });
});
