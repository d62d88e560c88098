import { RequestContext } from '../../src/common/request-context';
import { StaffService } from '../../src/modules/staff/staff.service';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { IdentityProvider, newPerson, visit } from '../support/identity-provider';
import {
  expectDated,
  finishJobs,
  keyIn,
  linkIn,
  MailServer,
  type ReceivedMail,
} from '../support/mail-server';
import { PasskeyDevice } from '../support/passkeys';
import { race, tally } from '../support/race';
import { Authenticator, beginLogin, verify } from '../support/second-factors';
import { addStaff, STAFF_PASSWORD } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { claimsOfNewPerson, TokenIssuer } from '../support/token-issuer';

/* One mail to the owner of an account for each change of what logs in there. */

const APP_URL = 'https://app.test';

const PASSWORD_SET = 'A password was set for your account';
const APP_ADDED = 'An authenticator app was added to your account';
const APP_REMOVED = 'The authenticator app of your account was removed';
const CODES_RENEWED = 'New recovery codes were made for your account';
const CODE_USED = 'A recovery code of your account was used';
const PASSKEY_ADDED = 'A passkey was added to your account';
const PASSKEY_REMOVED = 'A passkey was removed from your account';
const FACTOR_REMOVED = 'Your second factor was removed';
const LINKED = 'An identity provider was linked to your account';
const UNLINKED = 'An identity provider was unlinked from your account';

let mailServer: MailServer;
let idp: IdentityProvider;
let issuer: TokenIssuer;
let server: TestApplication;
beforeAll(async () => {
  mailServer = await MailServer.start();
  idp = await IdentityProvider.start([`${APP_URL}/console/sign-in/idp`]);
  issuer = await TokenIssuer.start('EdDSA');
  server = await TestApplication.start({
    roles: ['worker'],
    smtpUrl: mailServer.url,
    appUrl: APP_URL,
    webhookAllowedNetworks: ['127.0.0.1'],
    oidcProviders: [idp.configured()],
    trustedIssuers: [issuer.trusted()],
  });
});
afterAll(async () => {
  await server.stop();
  await mailServer.close();
  await idp.stop();
  await issuer.close();
});

/** All mails about what logs in, in the order of what they tell. */
async function mailsTo(email: string): Promise<ReceivedMail[]> {
  await finishJobs(server.database);
  return mailServer
    .mailsTo(email)
    .filter(({ subject }) => !subject?.startsWith('Verify'))
    .sort((one, other) => one.date!.localeCompare(other.date!));
}

const subjectsTo = async (email: string) => (await mailsTo(email)).map(({ subject }) => subject);

async function verified(): Promise<Customer> {
  const customer = await signUp(server);
  await server.database.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [
    customer.email,
  ]);
  return customer;
}

interface Account {
  email: string;
  token: string;
}

const KINDS = [
  { kind: 'a person', area: '/v1', make: (): Promise<Account> => signUp(server) },
  { kind: 'staff', area: '/v1/staff', make: (): Promise<Account> => addStaff(server) },
] as const;

/** What helps against a stranger: staff have no way to reset a password by mail. */
const REMEDIES = {
  '/v1': { says: 'reset your password', link: `${APP_URL}/` },
  '/v1/staff': { says: 'cli staff:reset-password', link: `${APP_URL}/console/staff` },
};

function expectRemedy(area: keyof typeof REMEDIES, mail: ReceivedMail): void {
  const { says, link } = REMEDIES[area];
  expect(mail.text).toContain(says);
  expect(linkIn(mail).href).toBe(link);
  if (area === '/v1/staff') expect(mail.text).not.toContain('reset your password');
}

describe.each(KINDS)('$kind', ({ area, make }) => {
  const beginLoginOf = (email: string) =>
    area === '/v1'
      ? beginLogin(server, email)
      : server
          .post('/v1/staff/auth/login', undefined, { email, password: STAFF_PASSWORD })
          .then(({ body }) => (body as { mfaToken: string }).mfaToken);

  it('gets one for the app, its removal, and new recovery codes', async () => {
    const { email, token } = await make();
    await Authenticator.enrol(server, token, area); // makes codes too
    server.clock.moveBy(1000);
    expect((await server.post(`${area}/me/mfa/recovery-codes`, token)).status).toBe(200);
    server.clock.moveBy(1000);
    expect((await server.delete(`${area}/me/mfa/totp`, token)).status).toBe(204);
    expect(await subjectsTo(email)).toEqual([APP_ADDED, CODES_RENEWED, APP_REMOVED]);
    for (const mail of await mailsTo(email)) {
      const { text, recipients } = mail;
      expectRemedy(area, mail);
      expect(text).toContain(email);
      expect(text).toMatch(/If (it was not you|you did not do this)/);
      expect(recipients).toEqual([email]);
    }
  });

  it('gets one for a used recovery code, also of two that use it at once', async () => {
    const { email, token } = await make();
    const { recoveryCodes } = await Authenticator.enrol(server, token, area);
    const tokens = [await beginLoginOf(email), await beginLoginOf(email)];
    const recoveryCode = recoveryCodes[0];
    const wrong = { mfaToken: tokens[0], recoveryCode: 'aaaaaa-aaaaaa-aaaaaa-aaaaaa' };
    expect((await verify(server, wrong, area)).status).toBe(401);
    server.clock.moveBy(1000);
    const answers = await race(2, (each) =>
      verify(server, { mfaToken: tokens[each], recoveryCode }, area),
    );
    expect(tally(answers)).toEqual({ 200: 1, 401: 1 });
    expect(await subjectsTo(email)).toEqual([APP_ADDED, CODE_USED]);
    for (const mail of await mailsTo(email)) expectRemedy(area, mail);
  });

  it('gets none for a code of the app, nor for what is refused', async () => {
    const { email, token } = await make();
    const refused = [
      server.post(`${area}/me/mfa/recovery-codes`, token),
      server.delete(`${area}/me/mfa/totp`, token),
      server.post(`${area}/me/mfa/totp/confirm`, token, { code: '123456' }),
    ];
    for (const answer of refused) expect((await answer).status).toBe(404);
    const app = await Authenticator.enrol(server, token, area);
    const step = { mfaToken: await beginLoginOf(email), code: await app.next() };
    expect((await verify(server, step, area)).status).toBe(200);
    expect(await subjectsTo(email)).toEqual([APP_ADDED]);
  });

  it('gets one for a passkey, with the codes that come with it, and one for its removal', async () => {
    const { email, token } = await make();
    const { id } = await PasskeyDevice.register(server, token, area);
    server.clock.moveBy(1000);
    expect((await server.delete(`${area}/me/mfa/passkeys/${id}`, token)).status).toBe(204);
    expect(await subjectsTo(email)).toEqual([PASSKEY_ADDED, PASSKEY_REMOVED]);
    for (const mail of await mailsTo(email)) expectRemedy(area, mail);
  });
});

describe('a new password', () => {
  it('is told of when it is changed, of two changes at once once, and when it is reset', async () => {
    const { email, token } = await signUp(server);
    const change = { currentPassword: PASSWORD, newPassword: 'another battery of staples' };
    const answers = await race(2, async () => server.post('/v1/me/password', token, change));
    expect(tally(answers)).toEqual({ 204: 1, 403: 1 });
    await server.post('/v1/auth/password/forgot', undefined, { email });
    const reset = {
      token: keyIn(await mailServer.mailTo(email, 'Choose a new password')),
      password: 'a third battery of staples',
    };
    expect((await server.post('/v1/auth/password/reset', undefined, reset)).status).toBe(204);
    const told = (await subjectsTo(email)).filter((subject) => subject === PASSWORD_SET);
    expect(told).toHaveLength(2);
  });

  it('is told of to a person who had none in words that are true for them too', async () => {
    const claims = await claimsOfNewPerson(server);
    const email = claims.email as string;
    await server.post('/v1/auth/exchange', undefined, { token: await issuer.sign(claims) });
    await server.post('/v1/auth/password/forgot', undefined, { email });
    const asked = await mailServer.mailTo(email, 'Choose a new password');
    const reset = { token: keyIn(asked), password: 'a third battery of staples' };
    expect((await server.post('/v1/auth/password/reset', undefined, reset)).status).toBe(204);
    const set = await mailServer.mailTo(email, PASSWORD_SET);
    expectDated(set);
    for (const { text } of [asked, set]) expect(text).not.toMatch(/changed|stays/);
  });
});

it('a new password of staff, and the loss of their second factor, are told of, which the operator did', async () => {
  const { email, token } = await addStaff(server);
  await Authenticator.enrol(server, token, '/v1/staff');
  const context = RequestContext.job('staff.reset_password');
  const password = 'another battery of staples';
  server.clock.moveBy(1000);
  await server.app.get(StaffService).resetPassword(context, email, { password });
  server.clock.moveBy(1000);
  await server.app.get(StaffService).resetFactor(context, email);
  expect(await subjectsTo(email)).toEqual([APP_ADDED, PASSWORD_SET, FACTOR_REMOVED]);
  for (const mail of await mailsTo(email)) expectRemedy('/v1/staff', mail);
});

describe('identity providers', () => {
  const identityOf = async (token: string) => {
    const { body } = (await server.get('/v1/me/identities', token)) as {
      body: { data: { id: string }[] };
    };
    return body.data[0]!.id;
  };

  it('are told of when they are linked and unlinked, with their names', async () => {
    idp.person = newPerson();
    const { email, token } = await verified();
    const begun = await server.post('/v1/me/sign-ins', token, { provider: 'idp', purpose: 'link' });
    const query = Object.fromEntries(await visit((begun.body as { url: string }).url));
    const { state, code, iss } = query;
    const back = { provider: 'idp', state, code, iss };
    expect((await server.post('/v1/me/sign-ins/finish', token, back)).status).toBe(200);
    await finishJobs(server.database);
    server.clock.moveBy(1000);
    const id = await identityOf(token);
    expect((await server.delete(`/v1/me/identities/${id}`, token)).status).toBe(204);
    const mails = await mailsTo(email);
    expect(mails.map(({ subject }) => subject)).toEqual([LINKED, UNLINKED]);
    for (const said of ['The provider', idp.person.email!, email])
      expect(mails[0]!.text).toContain(said);
  });

  it('are told of as well where a token of a trusted issuer links one', async () => {
    const { email, token } = await verified();
    const given = { token: await issuer.sign(await claimsOfNewPerson(server)) };
    expect((await server.post('/v1/me/identities', token, given)).status).toBe(201);
    const [mail] = await mailsTo(email);
    expect(mail).toMatchObject({ subject: LINKED });
    expect(mail!.text).toContain(new URL(issuer.url).host);
  });

  it('are not told of where a sign-in makes the account', async () => {
    const claims = await claimsOfNewPerson(server);
    const given = { token: await issuer.sign(claims) };
    expect((await server.post('/v1/auth/exchange', undefined, given)).status).toBe(200);
    expect(await mailsTo(claims.email as string)).toEqual([]);
  });
});

it('say when it happened, however late they are sent', async () => {
  const { email, token } = await signUp(server);
  await Authenticator.enrol(server, token);
  mailServer.refuseNext(1);
  await server.post('/v1/me/mfa/recovery-codes', token);
  const sent = await mailsTo(email);
  expect(sent).toHaveLength(2);
  sent.forEach(expectDated);
});
