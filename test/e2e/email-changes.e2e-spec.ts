import type { Response } from 'supertest';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { dumpDatabase } from '../support/database-dump';
import { expectDated, finishJobs, keyIn, MailServer } from '../support/mail-server';
import { logIn } from '../support/members';
import { expectProblem } from '../support/problems';
import { race } from '../support/race';
import { aSignup, newEmail } from '../support/signups';
import { addStaff, openSupport, readAuditLog } from '../support/staff';
import { LONG_SESSIONS } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

const ONE_HOUR_MS = 3_600_000;
const INVALID = [410, 'email_change_token_invalid'] as const;

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

const ask = async ({ token }: Pick<Customer, 'token'>, email: string): Promise<Response> =>
  server.post('/v1/me/email', token, { email });
const confirm = async (token: string): Promise<Response> =>
  server.post('/v1/auth/email/change/confirm', undefined, { token });
const undo = async (token: string): Promise<Response> =>
  server.post('/v1/auth/email/change/undo', undefined, { token });
const logInBy = async (email: string): Promise<Response> =>
  server.post('/v1/auth/login', undefined, { email, password: PASSWORD });

/** The mails to an address, by their subjects. */
async function mailsTo(email: string, subject: string) {
  await finishJobs(server.database);
  return mailServer.mails.filter(
    (mail) => mail.recipients.includes(email) && mail.subject?.includes(subject),
  );
}

/** The key of the last mail to an address. */
async function keyTo(email: string, subject: string): Promise<string> {
  return keyIn((await mailsTo(email, subject)).at(-1)!);
}

/** A change that both addresses have been asked about. */
async function asked(): Promise<{ owner: Customer; email: string; keys: [string, string] }> {
  const [owner, email] = [await signUp(server), newEmail()];
  expect((await ask(owner, email)).status).toBe(202);
  const keyOfOld = await keyTo(owner.email, 'Confirm the change of your address');
  return { owner, email, keys: [keyOfOld, await keyTo(email, 'Confirm your new address')] };
}

async function changed() {
  const { owner, email, keys } = await asked();
  for (const key of keys) expect((await confirm(key)).status).toBe(200);
  return { owner, email, undoKey: await keyTo(owner.email, 'Your address has changed') };
}

describe('a change of address', () => {
  it.each([
    ['the old one first', [0, 1]],
    ['the new one first', [1, 0]],
  ])('happens when both have confirmed: %s', async (_, order) => {
    const { owner, email, keys } = await asked();
    const [first, second] = order.map((at) => keys[at]!);
    expect((await confirm(first!)).body).toEqual({ done: false });
    expectProblem(await confirm(first!), ...INVALID);
    expect((await server.get('/v1/me', owner.token)).body).toMatchObject({
      user: { email: owner.email },
    });
    expect((await server.get('/v1/me/email', owner.token)).body).toMatchObject({
      email: owner.email,
      change: { newEmail: email, oldConfirmed: order[0] === 0, newConfirmed: order[0] === 1 },
    });
    expect((await confirm(second!)).body).toEqual({ done: true });
    expect((await server.get('/v1/me', owner.token)).body).toMatchObject({
      user: { email, emailVerified: true },
    });
    expectProblem(await logInBy(owner.email), 401, 'invalid_credentials');
    expect((await logInBy(email)).status).toBe(200);
    expect((await server.get('/v1/me/email', owner.token)).body).toEqual({ email, change: null });
    const told = await readAuditLog(server, owner.token, '&action=email_change.confirm');
    expect(told.map(({ actor }) => actor.email)).toContain(owner.email);
  });

  it('is replaced by the next request, canceled, and over after 24 hours', async () => {
    const { owner, keys } = await asked();
    const email = newEmail();
    expect((await ask(owner, email)).status).toBe(202);
    for (const key of keys) expectProblem(await confirm(key), ...INVALID);
    const key = await keyTo(email, 'Confirm your new address');
    expect((await server.delete('/v1/me/email', owner.token)).status).toBe(204);
    expectProblem(await confirm(key), ...INVALID);
    expectProblem(await server.delete('/v1/me/email', owner.token), 404, 'email_change_not_found');
    const late = await asked();
    server.clock.moveBy(24 * ONE_HOUR_MS);
    for (const each of late.keys) expectProblem(await confirm(each), ...INVALID);
    expect((await server.get('/v1/me/email', late.owner.token)).body).toMatchObject({
      change: null,
    });
  });

  it('ends with a password reset, and ends earlier links itself', async () => {
    const { owner, keys } = await asked();
    await server.post('/v1/auth/password/forgot', undefined, { email: owner.email });
    const token = await keyTo(owner.email, 'password');
    const reset = { token, password: 'another battery of staples' };
    expect((await server.post('/v1/auth/password/reset', undefined, reset)).status).toBe(204);
    for (const key of keys) expectProblem(await confirm(key), ...INVALID);
    const other = await asked();
    await server.post('/v1/auth/password/forgot', undefined, { email: other.owner.email });
    const old = await keyTo(other.owner.email, 'password');
    for (const key of other.keys) await confirm(key);
    const late = { ...reset, token: old };
    const refused = await server.post('/v1/auth/password/reset', undefined, late);
    expectProblem(refused, 410, 'reset_token_invalid');
  });

  it('does not tell who has an address, and changes nothing of theirs', async () => {
    const [owner, other] = [await signUp(server), await signUp(server)];
    const [taken, free] = [await ask(owner, other.email), await ask(owner, newEmail())];
    expect([taken.status, free.status]).toEqual([202, 202]);
    expect(Object.keys(taken.body as object)).toEqual(Object.keys(free.body as object));
    expect(await mailsTo(other.email, 'Confirm your new address')).toEqual([]);
    const same = await ask(owner, owner.email.toUpperCase());
    expectProblem(same, 422, 'validation_failed');
  });

  it('fails where another person signs up with the new address meanwhile', async () => {
    const { owner, email, keys } = await asked();
    expect((await confirm(keys[0])).body).toEqual({ done: false });
    const signup = await server.post('/v1/auth/signup', undefined, aSignup({ email }));
    expect(signup.status).toBe(201);
    expectProblem(await confirm(keys[1]), ...INVALID);
    expect((await logIn(server, owner.email)).session.token).toMatch(/^tns_/);
    expect((await server.get('/v1/me/email', owner.token)).body).toMatchObject({ change: null });
  });

  it('is won by one of two people who want the same address, and by one of many clicks', async () => {
    const [one, other] = [await asked(), await asked()];
    const email = newEmail();
    for (const { owner } of [one, other]) await ask(owner, email);
    for (const { owner } of [one, other])
      await confirm(await keyTo(owner.email, 'Confirm the change of your address'));
    const keys = (await mailsTo(email, 'Confirm your new address')).map(keyIn);
    expect(keys).toHaveLength(2);
    const answers = await race(2, (each) => confirm(keys[each]!));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    const third = await asked();
    const clicks = await race(6, () => confirm(third.keys[0]));
    expect(clicks.filter(({ status }) => status === 200)).toHaveLength(1);
    const requests = await race(4, () => ask(third.owner, newEmail()));
    expect(requests.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  });

  it('keeps no key in clear, and is nothing for support', async () => {
    const { owner, keys } = await asked();
    const dump = await dumpDatabase(server.database);
    for (const key of keys) expect(dump).not.toContain(key);
    const { token } = await openSupport(server, await addStaff(server), owner, { mode: 'write' });
    expectProblem(await ask({ token }, newEmail()), 403, 'support_forbidden');
  });
});

describe('the new address', () => {
  it('is told of the change too, without the key that undoes it', async () => {
    const { owner, email, undoKey } = await changed();
    const [told, ...more] = await mailsTo(email, 'Your account has a new address');
    expect(more).toEqual([]);
    expect(told!.recipients).toEqual([email]);
    for (const said of [owner.email, email]) expect(told!.text).toContain(said);
    expectDated(told!);
    expect(told!.raw).not.toContain(undoKey);
  });
});

describe('the old address', () => {
  it('takes the account back within a week: sessions end, and both are told', async () => {
    const { owner, email, undoKey } = await changed();
    server.clock.moveBy(6 * 24 * ONE_HOUR_MS);
    expect((await undo(undoKey)).status).toBe(204);
    expectProblem(await server.get('/v1/me', owner.token), 401, 'unauthenticated');
    expect((await logInBy(owner.email)).status).toBe(200);
    expectProblem(await logInBy(email), 401, 'invalid_credentials');
    for (const address of [owner.email, email]) {
      const told = await mailsTo(address, 'The change of address was undone');
      expect(told).toHaveLength(1);
      expectDated(told[0]!);
    }
    expectDated((await mailsTo(owner.email, 'Your address has changed'))[0]!);
    expectProblem(await undo(undoKey), ...INVALID);
  });

  it('does so no longer after a week, and once in a race', async () => {
    const late = await changed();
    server.clock.moveBy(7 * 24 * ONE_HOUR_MS);
    expectProblem(await undo(late.undoKey), ...INVALID);
    const { undoKey } = await changed();
    const answers = await race(4, () => undo(undoKey));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
  });

  it('is kept for its owner that long', async () => {
    const { owner, email, undoKey } = await changed();
    const signup = await server.post(
      '/v1/auth/signup',
      undefined,
      aSignup({ email: owner.email.toUpperCase() }),
    );
    expectProblem(signup, 409, 'email_taken');
    const other = await signUp(server);
    await ask(other, owner.email);
    const key = await keyTo(other.email, 'Confirm the change of your address');
    await confirm(key);
    expect((await undo(undoKey)).status).toBe(204);
    expect((await logInBy(owner.email)).status).toBe(200);
    const freed = await server.post('/v1/auth/signup', undefined, aSignup({ email }));
    expect(freed.status).toBe(201);
  });

  it('wins against a second change, and its links are dead', async () => {
    const first = await changed();
    const third = newEmail();
    await ask(first.owner, third);
    await confirm(await keyTo(first.email, 'Confirm the change of your address'));
    await confirm(await keyTo(third, 'Confirm your new address'));
    const undoKeyOfSecond = await keyTo(first.email, 'Your address has changed');
    expect((await undo(first.undoKey)).status).toBe(204);
    expect((await logInBy(first.owner.email)).status).toBe(200);
    expectProblem(await undo(undoKeyOfSecond), ...INVALID);
  });
});
