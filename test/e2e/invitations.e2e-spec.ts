import type { SwitchResponse } from '../../src/modules/accounts/dto/account.responses';
import type { JoinResponse, SignupResponse } from '../../src/modules/onboarding/dto/signup';
import { signUp } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { InvitationWorld } from '../support/invitations';
import { keyIn, linkIn, targetsIn, type MailServer } from '../support/mail-server';
import { addMember, logIn } from '../support/members';
import { expectFaults, expectProblem } from '../support/problems';
import { aSignup, newEmail } from '../support/signups';
import { ONE_DAY_MS } from '../support/subscriptions';
import type { TestApplication } from '../support/test-application';

const ABOUT = 'invites you';
const NEUTRAL = 'A colleague invites you to a business';
const ANOTHER_PASSWORD = 'another horse battery staple';

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

  describe('the mail', () => {
    it('comes to the invited address only, with a link from the configuration, as text and as HTML', async () => {
      const customer = await signUp(server, 'Acme');
      const { mail, email, key } = await world.invite(customer, { role: 'viewer' });
      expect(mail.to).toEqual([{ name: '', address: email }]);
      expect(mail.recipients).toEqual([email]);
      expect(mail.subject).toBe('Ada Lovelace invites you to Acme');
      expect(linkIn(mail).href).toBe(`http://app.test/signup?activationKey=${key}`);
      expect(targetsIn(mail)).toEqual([linkIn(mail).href]);
      expect(mail.text).toContain('Ada Lovelace invites you to join Acme as viewer.');
      expect(mail.html).toContain('Ada Lovelace invites you to join Acme as viewer.');
      expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}@app\.test>$/);
    });

    it('takes its link from APP_URL, not from the host of the request', async () => {
      const { token } = await signUp(server);
      const email = newEmail();
      await server
        .post('/v1/invitations', token, { email, role: 'member' })
        .set('host', 'evil.example')
        .set('x-forwarded-host', 'evil.example');
      const mail = await mailServer.mailTo(email, ABOUT);
      expect(linkIn(mail).origin).toBe('http://app.test');
      expect(mail.raw).not.toContain('evil.example');
    });

    it.each([
      ['headers and HTML', '<b>Evil</b>\r\nBcc: x@y.z\r\n\r\n<script>alert(1)</script>'],
      ['a link of its own', '> javascript:alert(1)//'],
      ['attributes', '"><img src="x'],
      ['a template', '{{url}} {{{url}}}'],
    ])('gets no %s from the names in it', async (_, name) => {
      const signup = aSignup({ businessName: name, fullName: name });
      const response = await server.post('/v1/auth/signup', undefined, signup);
      const { session } = response.body as SignupResponse;
      const { mail, email } = await world.invite(session);
      const shown = name.replace(/\s+/g, ' ');
      expect(mail.recipients).toEqual([email]);
      expect(mail.headers.map((header) => header.key).sort()).toEqual([
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
      ]);
      const isPlain = !name.includes('Bcc');
      const said = isPlain ? `${shown} invites you to ${shown}` : NEUTRAL;
      expect(mail.subject).toBe(said);
      expect(mail.html).not.toMatch(/<b>|<script|<img/);
      expect(targetsIn(mail)).toEqual([linkIn(mail).href]);
    });

    it.each(['a@b.example, c@d.example', 'a@b.example\r\nBcc: c@d.example', '<a@b.example>'])(
      'goes to one address: %j is refused',
      async (email) => {
        const { token } = await signUp(server);
        expectFaults(await world.create(token, { email }), '/email');
      },
    );
  });

  describe('a new person', () => {
    it('sees by the key what it is for, as often as wanted, without using it up', async () => {
      const customer = await signUp(server, 'Acme');
      const { key, email, expiresAt } = await world.invite(customer, { fullName: 'Grace Hopper' });
      for (const response of [await world.lookUp(key), await world.lookUp(key)]) {
        expect(response.status).toBe(200);
        expect(response.body).toEqual({
          email,
          fullName: 'Grace Hopper',
          businessId: customer.business.id,
          businessName: 'Acme',
          role: 'member',
          invitedBy: 'Ada Lovelace',
          expiresAt,
          hasAccount: false,
        });
      }
      expect((await world.join(key)).status).toBe(201);
    });

    it('joins with the role of the invitation, and the address is verified', async () => {
      const customer = await signUp(server, 'Acme');
      const { key, email } = await world.invite(customer, { role: 'admin' });
      const response = await world.join(key);
      const body = response.body as JoinResponse;
      expect(response.status).toBe(201);
      expect(Object.keys(body).sort()).toEqual(['business', 'member', 'session']);
      expect(body.business.id).toBe(customer.business.id);
      expect(body.member).toMatchObject({ email, role: 'admin', kind: 'person', status: 'active' });
      const me = await server.get('/v1/me', body.session.token);
      expect(me.body).toMatchObject({
        user: { email, emailVerified: true, fullName: 'Grace Hopper' },
        member: { id: body.member.id, role: 'admin' },
      });
      expect((await logIn(server, email)).business.id).toBe(customer.business.id);
    });

    it('uses the key up', async () => {
      const customer = await signUp(server);
      const { key, id } = await world.invite(customer);
      await world.join(key);
      expectProblem(await world.lookUp(key), 410, 'invitation_used');
      expectProblem(await world.join(key), 410, 'invitation_used');
      expectProblem(await world.revoke(customer.token, id), 410, 'invitation_used');
      expectProblem(await world.resend(customer.token, id), 410, 'invitation_used');
      expect(await world.countPersons(customer.business.id)).toBe(2);
    });

    it('chooses neither address, role nor business', async () => {
      const { key } = await world.invite(await signUp(server));
      const wishes = { email: newEmail(), role: 'owner', businessName: 'Mine' };
      expectFaults(await world.join(key, wishes), '/email', '/role', '/businessName');
    });

    it('does not use up the key with a weak password', async () => {
      const { key, email } = await world.invite(await signUp(server));
      const weak = await world.join(key, { password: email.slice(0, email.indexOf('@')) });
      expectProblem(weak, 422, 'password_too_weak');
      expect((await world.join(key)).status).toBe(201);
    });

    it.each(['', 'x', 'A'.repeat(43)])('is told that there is no invitation %j', async (key) => {
      const [looked, joined] = [await world.lookUp(key), await world.join(key)];
      const expected = key === '' ? 422 : 404;
      expect([looked.status, joined.status]).toEqual([expected, expected]);
    });

    it.each([{}, [], null, 1, true])('is refused with %j for a key', async (activationKey) => {
      expectFaults(await world.join('', { activationKey }), '/activationKey');
    });
  });

  describe('a person with an account', () => {
    it('cannot sign up with the key, and the password stays', async () => {
      const known = await signUp(server, 'Known');
      const { key } = await world.invite(await signUp(server), { email: known.email });
      expect((await world.lookUp(key)).body).toMatchObject({ hasAccount: true });
      expectProblem(await world.join(key, { password: ANOTHER_PASSWORD }), 409, 'email_taken');
      const { status } = await server.post('/v1/auth/login', undefined, {
        email: known.email,
        password: ANOTHER_PASSWORD,
      });
      expect(status).toBe(401);
      expect((await logIn(server, known.email)).business.id).toBe(known.business.id);
      expect((await world.lookUp(key)).status).toBe(200);
    });

    it('accepts, in any letter case of the address', async () => {
      const known = await signUp(server, 'Known');
      const inviting = await signUp(server, 'Inviting');
      const email = known.email.toUpperCase();
      const { key } = await world.invite(inviting, { email, role: 'viewer' });
      const response = await world.accept(known.token, key);
      expect(response.status).toBe(201);
      expect(response.body).toEqual({
        business: expect.objectContaining({ id: inviting.business.id }) as object,
        member: expect.objectContaining({ email: known.email, role: 'viewer' }) as object,
      });
      const mine = await server.get('/v1/me/businesses', known.token);
      expect((mine.body as { data: { name: string }[] }).data.map(({ name }) => name)).toEqual([
        'Inviting',
        'Known',
      ]);
      expectProblem(await world.accept(known.token, key), 410, 'invitation_used');
    });

    it('cannot accept an invitation of another person, and does not use it up', async () => {
      const inviting = await signUp(server);
      const known = await signUp(server);
      const stranger = await signUp(server);
      const { key } = await world.invite(inviting, { email: known.email });
      expectProblem(await world.accept(stranger.token, key), 403, 'invitation_for_another_email');
      expect(await world.countPersons(inviting.business.id)).toBe(1);
      expect((await world.accept(known.token, key)).status).toBe(201);
    });

    it('learns that it is for another person before anything about the team', async () => {
      const inviting = await signUp(server);
      const { key } = await world.invite(inviting);
      expectProblem(await world.accept(inviting.token, key), 403, 'invitation_for_another_email');
      await addMember(server, inviting, 'member');
      await addMember(server, inviting, 'member');
      const stranger = await signUp(server);
      expectProblem(await world.accept(stranger.token, key), 403, 'invitation_for_another_email');
    });

    it('is not invited to where the person is an active member', async () => {
      const customer = await signUp(server);
      const { email } = await addMember(server, customer, 'member');
      for (const spelling of [email, email.toUpperCase()])
        expectProblem(
          await world.create(customer.token, { email: spelling }),
          409,
          'already_member',
        );
      expect(await world.list(customer.token)).toEqual([]);
    });
  });

  describe('an invitation ends', () => {
    it('when it is sent again: the old link is dead, the new one works', async () => {
      const customer = await signUp(server);
      const { key, id, email } = await world.invite(customer);
      const response = await world.resend(customer.token, id);
      expect([response.status, response.text]).toEqual([202, '']);
      const newKey = keyIn(await mailServer.mailTo(email, ABOUT, 2));
      expect(newKey).not.toBe(key);
      expectProblem(await world.lookUp(key), 404, 'invitation_not_found');
      expectProblem(await world.join(key), 404, 'invitation_not_found');
      expect((await world.join(newKey)).status).toBe(201);
    });

    it('when it is revoked, once and for all', async () => {
      const customer = await signUp(server);
      const { key, id } = await world.invite(customer);
      expect((await world.revoke(customer.token, id)).status).toBe(204);
      expectProblem(await world.lookUp(key), 410, 'invitation_revoked');
      expectProblem(await world.join(key), 410, 'invitation_revoked');
      expectProblem(await world.resend(customer.token, id), 410, 'invitation_revoked');
      expect((await world.revoke(customer.token, id)).status).toBe(204);
      expect(await world.countPersons(customer.business.id)).toBe(1);
    });

    it('after seven days, not a millisecond before', async () => {
      const customer = await signUp(server);
      const { key, createdAt, expiresAt } = await world.invite(customer);
      expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(7 * ONE_DAY_MS);
      freezeClockAt(server, Date.parse(expiresAt) - 1);
      expect((await world.lookUp(key)).status).toBe(200);
      freezeClockAt(server, expiresAt);
      expectProblem(await world.lookUp(key), 410, 'invitation_expired');
      expectProblem(await world.join(key), 410, 'invitation_expired');
    });

    it('when a newer one for the address takes its place', async () => {
      const customer = await signUp(server);
      const old = await world.invite(customer);
      const newer = await world.invite(customer, {
        email: old.email.toUpperCase(),
        role: 'viewer',
      });
      expectProblem(await world.lookUp(old.key), 410, 'invitation_revoked');
      const joined = await world.join(newer.key);
      expect((joined.body as JoinResponse).member.role).toBe('viewer');
    });

    it('and one that has expired does not stand in the way of a new one', async () => {
      const customer = await signUp(server);
      const old = await world.invite(customer);
      freezeClockAt(server, old.expiresAt);
      const newer = await world.invite(customer, { email: old.email });
      expect(await world.statusesOf(customer.token)).toEqual({
        [newer.id]: 'pending',
        [old.id]: 'expired',
      });
      expectProblem(await world.lookUp(old.key), 410, 'invitation_expired');
      expect((await world.join(newer.key)).status).toBe(201);
    });

    it('but an expired one can be sent again, for seven more days', async () => {
      const customer = await signUp(server);
      const { id, email, expiresAt } = await world.invite(customer);
      freezeClockAt(server, expiresAt);
      expect((await world.resend(customer.token, id)).status).toBe(202);
      const key = keyIn(await mailServer.mailTo(email, ABOUT, 2));
      expect((await world.lookUp(key)).status).toBe(200);
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
