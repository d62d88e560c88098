import { hashToken } from '../../src/common/token';
import type { SwitchResponse } from '../../src/modules/accounts/dto/account.responses';
import type { JoinResponse } from '../../src/modules/onboarding/dto/signup';
import type { InvitationResponse } from '../../src/modules/team-members/dto/invitation.responses';
import { signUp } from '../support/customers';
import { countRows, dumpDatabase, dumpHolds } from '../support/database-dump';
import { InvitationWorld } from '../support/invitations';
import { keyIn, type MailServer } from '../support/mail-server';
import { addMember } from '../support/members';
import { expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import { changeSubscription, ONE_DAY_MS } from '../support/subscriptions';
import type { TestApplication } from '../support/test-application';
import { until } from '../support/until';

const ABOUT = 'invites you';

describe('invitations', () => {
  let world: InvitationWorld;
  let mailServer: MailServer;
  let server: TestApplication;
  beforeAll(async () => {
    world = await InvitationWorld.start();
    ({ server, mailServer } = world);
  });
  afterAll(() => world.stop());
  afterEach(() => jest.restoreAllMocks());

  describe('who may', () => {
    it('owners and admins invite, members and viewers do not', async () => {
      const customer = await signUp(server);
      const admin = await addMember(server, customer, 'admin');
      expect((await world.create(admin.token)).status).toBe(201);
      for (const role of ['member', 'viewer'] as const) {
        const { token } = await addMember(server, await signUp(server), role);
        expectProblem(await world.create(token), 403, 'permission_denied');
        expectProblem(await server.get('/v1/invitations', token), 403, 'permission_denied');
      }
    });

    it('an admin invites no owner; an owner does', async () => {
      const customer = await signUp(server);
      const admin = await addMember(server, customer, 'admin');
      const refused = await world.create(admin.token, { role: 'owner' });
      expectProblem(refused, 403, 'permission_denied');
      expect(await world.list(customer.token)).toEqual([]);
      expect((await world.create(customer.token, { role: 'owner' })).status).toBe(201);
    });

    it("another business's invitation is a missing one", async () => {
      const { id } = await world.invite(await signUp(server));
      const { token } = await signUp(server);
      expectProblem(await world.resend(token, id), 404, 'invitation_not_found');
      expectProblem(await world.revoke(token, id), 404, 'invitation_not_found');
    });

    it('none without an active subscription, but earlier invitations can be accepted', async () => {
      const customer = await signUp(server);
      const { key } = await world.invite(customer);
      await changeSubscription(server.database, customer.business.id, { status: 'paused' });
      expectProblem(await world.create(customer.token), 403, 'subscription_inactive');
      expect((await world.join(key)).status).toBe(201);
    });

    it('a deactivated business cannot be joined', async () => {
      const customer = await signUp(server);
      const { key } = await world.invite(customer);
      await server.database.query("UPDATE businesses SET status = 'deactivated' WHERE id = $1", [
        customer.business.id,
      ]);
      expectProblem(await world.join(key), 403, 'business_deactivated');
      expect(await world.countPersons(customer.business.id)).toBe(1);
    });
  });

  describe('seats', () => {
    it('no invitation is sent when none is left', async () => {
      const customer = await signUp(server);
      await addMember(server, customer, 'member');
      await addMember(server, customer, 'member');
      const before = await countRows(server.database, 'mails', 'invitations');
      const problem = expectProblem(await world.create(customer.token), 402, 'limit_reached');
      expect(problem).toMatchObject({ feature: 'seats', used: 3, limit: 3 });
      expect(await countRows(server.database, 'mails', 'invitations')).toEqual(before);
    });

    it('a pending invitation holds none: the one that comes too late is refused and can be used later', async () => {
      const customer = await signUp(server);
      const [first, second, late] = [
        await world.invite(customer),
        await world.invite(customer),
        await world.invite(customer),
      ];
      const joined = await world.join(first.key);
      await world.join(second.key);
      expectProblem(await world.join(late.key), 402, 'limit_reached');
      const { member } = joined.body as JoinResponse;
      await server.delete(`/v1/team-members/${member.id}`, customer.token);
      expect((await world.join(late.key)).status).toBe(201);
    });

    it('of two who sign up for the last seat at once, one gets it', async () => {
      const customer = await signUp(server);
      await addMember(server, customer, 'member');
      const invited = [await world.invite(customer), await world.invite(customer)];
      const responses = await Promise.all(invited.map(({ key }) => world.join(key)));
      expect(responses.map(({ status }) => status).sort()).toEqual([201, 402]);
      expect(await world.countPersons(customer.business.id)).toBe(3);
    });

    it('of two with an account who accept for the last seat at once, one gets it', async () => {
      const customer = await signUp(server);
      await addMember(server, customer, 'member');
      const known = [await signUp(server), await signUp(server)];
      const keys = await Promise.all(
        known.map(async ({ email }) => (await world.invite(customer, { email })).key),
      );
      const responses = await Promise.all(
        known.map(({ token }, index) => world.accept(token, keys[index] ?? '')),
      );
      expect(responses.map(({ status }) => status).sort()).toEqual([201, 402]);
      expect(await world.countPersons(customer.business.id)).toBe(3);
    });
  });

  describe('many at once', () => {
    it('of 15 who sign up with one key, one wins', async () => {
      const customer = await signUp(server);
      const { key, email } = await world.invite(customer);
      const responses = await Promise.all(Array.from({ length: 15 }, () => world.join(key)));
      const statuses = responses.map(({ status }) => status);
      expect(statuses.filter((status) => status === 201)).toHaveLength(1);
      expect(statuses.filter((status) => status === 409 || status === 410)).toHaveLength(14);
      const users = await server.database.query('SELECT FROM users WHERE email = $1', [email]);
      expect(users).toHaveLength(1);
      expect(await world.countPersons(customer.business.id)).toBe(2);
    });

    it('of 15 acceptances with one key, one wins', async () => {
      const customer = await signUp(server);
      const known = await signUp(server);
      const { key } = await world.invite(customer, { email: known.email });
      const responses = await Promise.all(
        Array.from({ length: 15 }, () => world.accept(known.token, key)),
      );
      const statuses = responses.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array<number>(14).fill(410)]);
      expect(await world.countPersons(customer.business.id)).toBe(2);
    });

    it('of 8 invitations of one address, one stays open', async () => {
      const customer = await signUp(server);
      const email = newEmail();
      const responses = await Promise.all(
        Array.from({ length: 8 }, () => world.create(customer.token, { email })),
      );
      expect(responses.map(({ status }) => status)).toEqual(Array<number>(8).fill(201));
      const statuses = (await world.list(customer.token)).map(({ status }) => status).sort();
      expect(statuses).toEqual(['pending', ...Array<string>(7).fill('revoked')]);
    });
  });

  describe('the key', () => {
    it('is nowhere in the database, neither while the mail waits nor afterwards', async () => {
      const customer = await signUp(server);
      mailServer.hang();
      const created = await world.create(customer.token);
      const { email } = created.body as InvitationResponse;
      await until('the mail is on its way', () => mailServer.heldCount > 0);
      const dumps = [await dumpDatabase(server.database)];
      mailServer.recover();
      await until('the try has failed', () => hasFailedJob());
      dumps.push(await dumpDatabase(server.database));
      await server.database.query('UPDATE graphile_worker._private_jobs SET run_at = now()');
      const key = keyIn(await mailServer.mailTo(email, ABOUT));
      dumps.push(await dumpDatabase(server.database));
      for (const dump of dumps) {
        expect(dump).toContain(hashToken(key).toString('hex')); // the dump does show the invitation
        expect(dumpHolds(dump, key)).toBe(false);
        expect(dump).not.toContain(Buffer.from(key, 'base64url').toString('hex'));
      }
    });

    it('is in no answer', async () => {
      const customer = await signUp(server);
      const created = await world.create(customer.token);
      const { id, email } = created.body as InvitationResponse;
      const key = keyIn(await mailServer.mailTo(email, ABOUT));
      const answers = [
        created,
        await server.get('/v1/invitations', customer.token),
        await world.lookUp(key),
        await server.get('/v1/audit-log', customer.token),
        await world.resend(customer.token, id),
      ];
      const newKey = keyIn(await mailServer.mailTo(email, ABOUT, 2));
      answers.push(await server.get('/v1/invitations', customer.token), await world.lookUp(newKey));
      answers.push(await world.join(newKey), await server.get('/v1/audit-log', customer.token));
      const told = answers.map(({ text, headers }) => text + JSON.stringify(headers)).join('\n');
      expect(answers.map(({ status }) => status)).toEqual([
        201, 200, 200, 200, 202, 200, 200, 201, 200,
      ]);
      expect(told).not.toContain(key);
      expect(told).not.toContain(newKey);
    });

    it('answers the creation with these fields and no others', async () => {
      const { token } = await signUp(server);
      const created = await world.create(token, { fullName: 'Grace' });
      const body = created.body as InvitationResponse;
      const fields = ['createdAt', 'email', 'expiresAt', 'fullName', 'id', 'role', 'status'];
      expect(Object.keys(body).sort()).toEqual(fields);
      expect(body).toMatchObject({ status: 'pending', fullName: 'Grace' });
    });

    const hasFailedJob = async (): Promise<boolean> => {
      const failed = await server.database.query(
        'SELECT FROM graphile_worker._private_jobs WHERE last_error IS NOT NULL AND locked_at IS NULL',
      );
      return failed.length > 0;
    };
  });

  describe('the list', () => {
    it('shows each with its status, the newest first', async () => {
      const customer = await signUp(server);
      const expired = await world.invite(customer);
      server.clock.moveBy(7 * ONE_DAY_MS);
      const [accepted, revoked, pending] = [
        await world.invite(customer),
        await world.invite(customer),
        await world.invite(customer),
      ];
      await world.join(accepted.key);
      await world.revoke(customer.token, revoked.id);
      const listed = await world.list(customer.token);
      server.clock.moveBy(-7 * ONE_DAY_MS);
      expect(listed.map(({ id, status }) => [id, status])).toEqual([
        [pending.id, 'pending'],
        [revoked.id, 'revoked'],
        [accepted.id, 'accepted'],
        [expired.id, 'expired'],
      ]);
    });

    it('is of this business only', async () => {
      await world.invite(await signUp(server));
      expect(await world.list((await signUp(server)).token)).toEqual([]);
    });
  });

  it('leaves a person who accepted signed in where they were', async () => {
    const known = await signUp(server, 'Known');
    const { key } = await world.invite(await signUp(server), { email: known.email });
    await world.accept(known.token, key);
    const me = await server.get('/v1/me', known.token);
    expect((me.body as SwitchResponse).business.id).toBe(known.business.id);
  });
});
