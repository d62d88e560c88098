import type { Response } from 'supertest';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import type { InvitationResponse } from '../../src/modules/team-members/dto/invitation.responses';
import type { Config } from '../../src/platform/config/config';
import { signUp, type Customer } from '../support/customers';
import { countRows } from '../support/database-dump';
import { expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import { changeSubscription } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

const MAILS = { recipient: 9, account: 6, business: 5, unproven: 2 };
const A_DAY_SECONDS = 86_400;

describe('what a person may do in a day', () => {
  let server: TestApplication;
  const start = (changes: Partial<Config>) => TestApplication.start(changes);

  const expectLimit = (response: Response, policy: string, limit: number): void => {
    expectProblem(response, 429, 'rate_limited');
    const waitSeconds = Number(response.headers['retry-after']);
    expect(waitSeconds).toBeGreaterThan(A_DAY_SECONDS - 3_600);
    expect(waitSeconds).toBeLessThanOrEqual(A_DAY_SECONDS);
    expect(response.headers['ratelimit-policy']).toBe(`"${policy}";q=${limit};w=${A_DAY_SECONDS}`);
  };
  const found = (token: string) => server.post('/v1/businesses', token, { name: 'Another' });
  const statuses = (answers: Response[]): number[] => answers.map(({ status }) => status).sort();

  describe('mails', () => {
    beforeAll(async () => {
      server = await start({ rateLimitMails: MAILS });
    });
    afterAll(() => server.stop());
    beforeEach(() => server.database.query('DELETE FROM guesses'));

    /** Signed up long ago, with a verified address unless it is not to be. */
    const anOldCustomer = async (isVerified = true): Promise<Customer> => {
      const customer = await signUp(server);
      await makeOld(customer.business.id);
      if (isVerified) await verify(customer.email);
      return customer;
    };
    const makeOld = async (businessId: string): Promise<void> => {
      await changeSubscription(server.database, businessId, { planSlug: 'unlimited' });
      await server.database.query(
        "UPDATE businesses SET created_at = created_at - interval '7 days' WHERE id = $1",
        [businessId],
      );
    };
    const verify = (email: string) =>
      server.database.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [email]);
    const invite = (token: string, email = newEmail()) =>
      server.post('/v1/invitations', token, { email, role: 'member' });
    const inviteMany = async (token: string, count: number, email?: string): Promise<void> => {
      for (let sent = 0; sent < count; sent += 1)
        expect((await invite(token, email)).status).toBe(201);
    };

    it('to one address count for all businesses together, sent again or in other letters too', async () => {
      const email = newEmail();
      for (let businesses = 0; businesses < 3; businesses += 1) {
        const { token } = await anOldCustomer();
        await inviteMany(token, 2, email.toUpperCase());
        const invited = await invite(token, email);
        expect(invited.status).toBe(201);
      }
      const last = await anOldCustomer();
      const before = await countRows(server.database, 'mails', 'invitations');
      expectLimit(await invite(last.token, email), 'invitation_recipient', 9);
      expect(await countRows(server.database, 'mails', 'invitations')).toEqual(before);
      expect((await invite(last.token)).status).toBe(201);
      await server.database.query('UPDATE guesses SET expire = 0');
      expect((await invite(last.token, email)).status).toBe(201);
    });

    it('to one address from one business are a third of them, sent again too', async () => {
      const [stranger, other] = [await anOldCustomer(), await anOldCustomer()];
      const email = newEmail();
      await inviteMany(stranger.token, 2, email);
      const { id } = (await invite(stranger.token, email)).body as InvitationResponse;
      expectLimit(await invite(stranger.token, email), 'invitation_pair_business', 3);
      const again = await server.post(`/v1/invitations/${id}/resend`, stranger.token);
      expectLimit(again, 'invitation_pair_business', 3);
      await inviteMany(other.token, 3, email);
    });

    it('to one address from one person are a third of them, whichever business they are of', async () => {
      const { token } = await anOldCustomer();
      const email = newEmail();
      await inviteMany(token, 2, email);
      const { business, session } = (await found(token)).body as SignupResponse;
      await makeOld(business.id);
      await inviteMany(session.token, 1, email);
      expectLimit(await invite(session.token, email), 'invitation_pair_account', 3);
    });

    it('to one address from young businesses and unverified people are half of them', async () => {
      const email = newEmail();
      for (let businesses = 0; businesses < 2; businesses += 1)
        await inviteMany((await signUp(server)).token, 2, email);
      const another = await signUp(server);
      expectLimit(await invite(another.token, email), 'invitation_unproven', 4);
      await inviteMany((await anOldCustomer()).token, 3, email);
    });

    it('to one address that are asked for at once are as many as the limit, and none waits for ever', async () => {
      const email = newEmail();
      const customers = [await anOldCustomer(), await anOldCustomer()];
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => invite(customers[index % 2]!.token, email)),
      );
      expect(statuses(answers)).toEqual([
        ...Array<number>(6).fill(201),
        ...Array<number>(6).fill(429),
      ]);
    });

    it('of a business have a limit', async () => {
      const { token } = await anOldCustomer();
      await inviteMany(token, 5);
      expectLimit(await invite(token), 'mail_business', 5);
    });

    it('of a person have one, whichever business they are of', async () => {
      const { token } = await anOldCustomer();
      await inviteMany(token, 4);
      const founded = await found(token);
      const { business, session } = founded.body as SignupResponse;
      await makeOld(business.id);
      await inviteMany(session.token, 2);
      expectLimit(await invite(session.token), 'mail_account', 6);
    });

    it('of a business in its first seven days are few', async () => {
      const { token, email, business } = await signUp(server);
      await verify(email);
      await inviteMany(token, 2);
      expectLimit(await invite(token), 'mail_business', 2);
      await makeOld(business.id);
      expect((await invite(token)).status).toBe(201);
    });

    it('of a person who has not verified the address are few', async () => {
      const { token } = await anOldCustomer(false);
      await inviteMany(token, 2);
      expectLimit(await invite(token), 'mail_account', 2);
    });

    it('that ask to verify an address are few', async () => {
      const { token } = await signUp(server);
      const resend = () => server.post('/v1/auth/email/resend', token);
      expect(statuses([await resend(), await resend()])).toEqual([202, 202]);
      expectLimit(await resend(), 'mail_account', 2);
    });

    it('that are refused for another reason do not count', async () => {
      const { token, email } = await anOldCustomer();
      for (let tries = 0; tries < 4; tries += 1)
        expectProblem(await invite(token, email), 409, 'already_member');
      await inviteMany(token, 5);
    });

    it('that are asked for at once are as many as the limit', async () => {
      const { token } = await anOldCustomer();
      const answers = await Promise.all(Array.from({ length: 8 }, () => invite(token)));
      expect(statuses(answers)).toEqual([...Array<number>(5).fill(201), 429, 429, 429]);
    });

    it('are counted under hashes', async () => {
      const { token, email } = await anOldCustomer();
      await inviteMany(token, 1);
      const rows = await server.database.query<{ key: string }>('SELECT key FROM guesses');
      expect(rows).toHaveLength(5);
      for (const { key } of rows) expect(key).not.toContain(email.slice(0, 10));
    });
  });

  describe('businesses', () => {
    afterEach(() => server.stop());

    it('are founded a few a day, at once too', async () => {
      server = await start({ rateLimitBusinesses: 3 });
      const { token } = await signUp(server);
      const answers = await Promise.all(Array.from({ length: 6 }, () => found(token)));
      expect(statuses(answers)).toEqual([201, 201, 201, 429, 429, 429]);
      expectLimit(await found(token), 'business_person', 3);
      expect((await found((await signUp(server)).token)).status).toBe(201);
    });

    it('are so many a person and no more, at once too', async () => {
      server = await start({ businessesPerPerson: 3 });
      const { token } = await signUp(server);
      const answers = await Promise.all(Array.from({ length: 6 }, () => found(token)));
      expect(statuses(answers)).toEqual([201, 201, 409, 409, 409, 409]);
      expectProblem(await found(token), 409, 'too_many_businesses');
    });

    it('of one person share the requests of that person', async () => {
      server = await start({ rateLimitRequests: 8 });
      const { token } = await signUp(server);
      const founded = await found(token);
      const { session } = founded.body as SignupResponse;
      const me = (of: string) => server.get('/v1/me', of);
      for (let sent = 1; sent < 8; sent += 1)
        expect((await me(sent % 2 ? token : session.token)).status).toBe(200);
      expectProblem(await me(token), 429, 'rate_limited');
      expectProblem(await me(session.token), 429, 'rate_limited');
    });
  });
});
