import { randomBytes } from 'node:crypto';
import type { Response } from 'supertest';
import { RequestContext } from '../../src/common/request-context';
import type { InvitationResponse } from '../../src/modules/team-members/dto/invitation.responses';
import { StaffService } from '../../src/modules/staff/staff.service';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { MailServer } from '../support/mail-server';
import { addMember, logIn } from '../support/members';
import { invitationKey } from '../support/one-time-keys';
import { expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { aSignup } from '../support/signups';
import { readAuditLog, STAFF_PASSWORD } from '../support/staff';
import { TestApplication } from '../support/test-application';

const LIMIT = 10;
const ABOUT_RESET = 'Choose a new password';
const WRONG = 'certainly not the password';

/** Five spellings of one address that is not in use. The first one is not the canonical form. */
function newSpellings(): [string, string, string, string, string] {
  const rest = `e-${randomBytes(6).toString('hex')}`;
  return [
    `Rene\u0301${rest}@B\u00FCcher.example`,
    `ren\u00E9${rest}@b\u00FCcher.example`,
    `ren\u00E9${rest}@XN--BCHER-KVA.example`,
    `rene\u0301${rest}@bu\u0308cher.example`,
    `Ren\u00E9${rest}@B\u00DCCHER.example`,
  ];
}

describe('spellings of one address', () => {
  let mailServer: MailServer;
  let server: TestApplication;
  beforeAll(async () => {
    mailServer = await MailServer.start();
    server = await TestApplication.start({
      roles: ['worker'],
      smtpUrl: mailServer.url,
      rateLimitFailures: LIMIT,
    });
  });
  afterAll(async () => {
    await server.stop();
    await mailServer.close();
  });
  beforeEach(() => server.database.query('DELETE FROM guesses'));

  const register = (email: string, changes: object = {}): Promise<Response> =>
    Promise.resolve(server.post('/v1/auth/signup', undefined, aSignup({ email, ...changes })));
  const attempt = (email: string, password: string): Promise<Response> =>
    Promise.resolve(server.post('/v1/auth/login', undefined, { email, password }));
  const forgot = async (email: string): Promise<void> => {
    const response = await server.post('/v1/auth/password/forgot', undefined, { email });
    expect(response.status).toBe(202);
  };

  const invite = async (customer: Pick<Customer, 'token'>, email: string, role = 'member') => {
    const response = await server.post('/v1/invitations', customer.token, { email, role });
    expect(response.status).toBe(201);
    return response.body as InvitationResponse;
  };
  const accept = async (
    email: string,
    { id }: InvitationResponse,
    password = PASSWORD,
  ): Promise<Response> => {
    const { session } = await logIn(server, email, { password });
    const activationKey = await invitationKey(server, id);
    return server.post('/v1/invitations/accept', session.token, { activationKey });
  };

  /** To the local part as its owner wrote it; smtp-server shows the A-labels of the domain in Unicode. */
  const untilReset = async (email: string, count: number): Promise<void> => {
    await mailServer.mailTo(email.replace(/@.*/, '@b\u00FCcher.example'), ABOUT_RESET, count);
  };

  it('of 20 who sign up at once with any of them, one wins', async () => {
    const spellings = newSpellings();
    const answers = await race(20, (index) => register(spellings[index % spellings.length]!));
    expect(tally(answers)).toEqual({ 201: 1, 409: 19 });
    for (const answer of answers.filter(({ status }) => status === 409))
      expectProblem(answer, 409, 'email_taken');
  });

  it('all sign in, the owner sees the own one, and so does the audit log', async () => {
    const spellings = newSpellings();
    expect((await register(spellings[0])).status).toBe(201);
    for (const spelling of spellings) {
      const { session, member } = await logIn(server, spelling);
      expect(member.email).toBe(spellings[0]);
      const [entry] = await readAuditLog(server, session.token, '&action=session.create');
      expect(entry?.actor.email).toBe(spellings[0]);
    }
  });

  it('all get the mail for a new password, at the address as its owner wrote it', async () => {
    const [own, ...others] = newSpellings();
    expect((await register(own)).status).toBe(201);
    for (const [index, spelling] of others.entries()) {
      await forgot(spelling);
      await untilReset(own, index + 1);
    }
  });

  it('are counted as one in wrong passwords, and the right one forgives them all', async () => {
    const spellings = newSpellings();
    expect((await register(spellings[0])).status).toBe(201);
    await server.database.query('DELETE FROM guesses'); // no network is known
    const guess = async (times: number): Promise<number[]> => {
      const statuses: number[] = [];
      for (let count = 0; count < times; count += 1)
        statuses.push((await attempt(spellings[count % spellings.length]!, WRONG)).status);
      return statuses;
    };
    expect(await guess(LIMIT - 1)).toEqual(Array(LIMIT - 1).fill(401));
    expect((await attempt(spellings[3], PASSWORD)).status).toBe(200);
    expect(await guess(LIMIT)).toEqual(Array(LIMIT).fill(401));
    expect(await guess(spellings.length)).toEqual(Array(spellings.length).fill(429));
  });

  it('are counted as one where there is no account', async () => {
    const spellings = newSpellings();
    const answers: number[] = [];
    for (let count = 0; count < 2 * LIMIT; count += 1)
      answers.push((await attempt(spellings[count % spellings.length]!, WRONG)).status);
    expect(answers).toEqual([...Array<number>(LIMIT).fill(401), ...Array<number>(LIMIT).fill(429)]);
  });

  describe('in invitations', () => {
    it('a newer one takes the place of the pending one', async () => {
      const customer = await signUp(server);
      const [one, other] = newSpellings();
      const { id } = await invite(customer, one);
      await invite(customer, other);
      const list = await server.get('/v1/invitations', customer.token);
      const { data } = list.body as { data: InvitationResponse[] };
      const statuses = data.map((each) => [each.email, each.status]);
      expect(statuses).toEqual([
        [other, 'pending'],
        [one, 'revoked'],
      ]);
      expect(data[1]?.id).toBe(id);
    });

    it('are accepted by the account of the address, and make no second one', async () => {
      const customer = await signUp(server);
      const [own, invited] = newSpellings();
      expect((await register(own)).status).toBe(201);
      const invitation = await invite(customer, invited);
      const joining = { activationKey: await invitationKey(server, invitation.id) };
      const person = { fullName: 'Grace Hopper', password: PASSWORD };
      const second = await server.post('/v1/auth/signup', undefined, { ...joining, ...person });
      expectProblem(second, 409, 'email_taken');
      expect((await accept(own, invitation)).status).toBe(201);
    });

    it('are refused for a member, and by an admin for a former owner', async () => {
      const customer = await signUp(server);
      const [own, invited, another] = newSpellings();
      expect((await register(own)).status).toBe(201);
      const joined = await accept(own, await invite(customer, own, 'owner'));
      const { member } = joined.body as { member: { id: string } };
      const again = { email: invited, role: 'member' };
      const member409 = await server.post('/v1/invitations', customer.token, again);
      expectProblem(member409, 409, 'already_member');
      const path = `/v1/team-members/${member.id}/deactivate`;
      expect((await server.post(path, customer.token)).status).toBe(200);
      const admin = await addMember(server, customer, 'admin');
      const byAdmin = { email: another, role: 'member' };
      expectProblem(
        await server.post('/v1/invitations', admin.token, byAdmin),
        403,
        'permission_denied',
      );
    });
  });

  describe('of staff', () => {
    const create = (email: string) =>
      server.app.get(StaffService).create(RequestContext.job('staff.create'), {
        email,
        name: 'Joan Clarke',
        password: STAFF_PASSWORD,
      });
    const attemptAsStaff = (email: string, password: string) =>
      server.post('/v1/staff/auth/login', undefined, { email, password });

    it('are one account, with one limit', async () => {
      const spellings = newSpellings();
      await create(spellings[0]);
      await expect(create(spellings[1])).rejects.toMatchObject({ code: 'email_taken' });
      for (const spelling of spellings)
        expect((await attemptAsStaff(spelling, STAFF_PASSWORD)).status).toBe(200);
      await server.database.query('DELETE FROM guesses'); // no network is known
      for (const spelling of spellings)
        expect((await attemptAsStaff(spelling, WRONG)).status).toBe(401);
      expectProblem(await attemptAsStaff(spellings[1], STAFF_PASSWORD), 429, 'rate_limited');
      const accounts = server.app.get(StaffService);
      await accounts.unlock(RequestContext.job('staff.unlock'), spellings[2]);
      expect((await attemptAsStaff(spellings[1], STAFF_PASSWORD)).status).toBe(200);
    });
  });

  /* As a database of before has them: the first holds the address, the second keeps its spelling. */
  describe('of two accounts that are older than canonical forms', () => {
    const PASSWORDS = ['the first of two passwords', 'the second of two passwords'] as const;
    let spellings: ReturnType<typeof newSpellings>;
    beforeEach(async () => {
      spellings = newSpellings();
      const [other, holder] = spellings;
      const placeholder = `placeholder-${randomBytes(6).toString('hex')}@example.com`;
      expect((await register(holder, { password: PASSWORDS[0] })).status).toBe(201);
      expect((await register(placeholder, { password: PASSWORDS[1] })).status).toBe(201);
      const rename = 'UPDATE users SET email = $2 WHERE email = $1';
      await server.database.query(rename, [placeholder, other]);
      await server.database.query('DELETE FROM guesses');
    });

    it('each signs in with its own spelling, and any other one is that of the holder', async () => {
      const [other, holder, ...further] = spellings;
      expect((await attempt(other, PASSWORDS[1])).status).toBe(200);
      expect((await attempt(other, PASSWORDS[0])).status).toBe(401);
      for (const spelling of [holder, ...further]) {
        expect((await attempt(spelling, PASSWORDS[0])).status).toBe(200);
        expect((await attempt(spelling, PASSWORDS[1])).status).toBe(401);
      }
    });

    it('each gets its own mail for a new password', async () => {
      const [other, holder] = spellings;
      await forgot(other);
      await untilReset(other, 1);
      await forgot(holder);
      await untilReset(holder, 1);
    });

    it('the right password of one forgives no guess at the other', async () => {
      const [other, holder] = spellings;
      for (let count = 0; count < LIMIT; count += 1) {
        expect((await attempt(holder, WRONG)).status).toBe(401);
        expect((await attempt(other, PASSWORDS[1])).status).toBe(200);
      }
      expectProblem(await attempt(holder, WRONG), 429, 'rate_limited');
      expect((await attempt(other, PASSWORDS[1])).status).toBe(200);
    });

    it("an admin's invitation of one brings back no owner who is the other", async () => {
      const [other, holder] = spellings;
      const customer = await signUp(server);
      const joined = await accept(other, await invite(customer, other, 'owner'), PASSWORDS[1]);
      const { member } = joined.body as { member: { id: string } };
      await server.post(`/v1/team-members/${member.id}/deactivate`, customer.token);
      const admin = await addMember(server, customer, 'admin');
      const invitation = await invite(admin, holder);
      const back = await accept(other, invitation, PASSWORDS[1]);
      expectProblem(back, 410, 'invitation_revoked');
    });

    it('no third one comes about', async () => {
      for (const spelling of spellings) expectProblem(await register(spelling), 409, 'email_taken');
    });
  });
});
