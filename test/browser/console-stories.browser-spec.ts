import { aRecording, PASSWORD, signUp } from '../support/customers';
import { linkIn } from '../support/mail-server';
import { newEmail } from '../support/signups';
import { addStaff, REASON, STAFF_PASSWORD } from '../support/staff';
import { until } from '../support/until';
import { ConsoleWorld, type Visitor } from './support/console';

/* What people do with the console, from end to end. */

let world: ConsoleWorld;
beforeAll(async () => {
  world = await ConsoleWorld.start();
});
afterAll(() => world.stop());

const signUpInPage = (): Promise<Visitor> => world.signUp();
const logIn = (email: string, password: string, path?: string): Promise<Visitor> =>
  world.logIn(email, password, path);

describe('a founder', () => {
  it('signs up, sends with the key that is shown, and sees the limit', async () => {
    const visitor = await signUpInPage();
    const key = await visitor.page.locator('.copyable code').first().innerText();
    const send = (count: number) =>
      world.server.post('/v1/recordings/batch', key, {
        recordings: Array.from({ length: count }, () => aRecording()),
      });
    await visitor.see('Waiting for your first recording');
    await send(1).expect(200);
    await visitor.see('It has arrived');
    await send(100).expect(200);
    await visitor.goTo('/console/');
    await visitor.see('0 left.');
    await visitor.picture('story-limit');
    await visitor.goTo('/console/recordings');
    await visitor.press('Load more');
    await visitor.page.locator('tbody tr').nth(20).waitFor();
    expect(await visitor.takeFaults()).toEqual([]);
    await visitor.close();
  });

  it('makes a key that is shown once, and rotates it', async () => {
    const visitor = await signUpInPage();
    await visitor.goTo('/console/api-keys');
    await visitor.press('Create key');
    await visitor.fill({ name: 'Phone app' });
    await visitor.picture('story-new-key');
    await visitor.submit();
    await visitor.see('Copy this key now');
    await visitor.picture('story-key');
    await visitor.press('I have kept it');
    await visitor.see('Phone app');
    await visitor.press('Rotate');
    await visitor.submit();
    await visitor.see('Copy this key now');
    await visitor.press('I have kept it');
    await visitor.see('Until');
    expect(await visitor.findBarriers()).toEqual([]);
    expect(await visitor.takeFaults()).toEqual([]);
    await visitor.close();
  });

  it('adds a webhook endpoint, whose secret is shown once, tests and rotates it', async () => {
    const visitor = await signUpInPage();
    await visitor.goTo('/console/webhooks');
    await visitor.press('Add endpoint');
    await visitor.fill({ url: 'https://user@hooks.example/', description: 'Ledger' });
    await visitor.submit();
    await visitor.see('must not have a user name');
    const refusedAgain = visitor.page.waitForResponse((answer) => answer.status() === 422);
    await visitor.submit(); // as it is: what the server refused once does not block the button
    await refusedAgain;
    await visitor.see('must not have a user name');
    await visitor.fill({ url: 'https://hooks.example/' });
    await visitor.submit();
    await visitor.see('Copy this key now');
    await visitor.press('I have kept it');
    await visitor.page.getByRole('link', { name: 'Ledger' }).click();
    await visitor.press('Send test');
    await visitor.submit();
    await visitor.see('webhook_endpoint.test');
    await visitor.press('Rotate secret');
    await visitor.submit();
    await visitor.see('Copy this key now');
    await visitor.press('I have kept it');
    await visitor.see('Earlier secret ends');
    await visitor.picture('story-webhook');
    expect(await visitor.findBarriers()).toEqual([]);
    await visitor.page.setViewportSize({ width: 390, height: 844 });
    await visitor.page.emulateMedia({ colorScheme: 'dark' });
    await visitor.picture('story-webhook-phone');
    expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await visitor.findBarriers()).toEqual([]);
    expect(await visitor.takeFaults(/status of 422/)).toEqual([]);
    await visitor.close();
  });

  it('is told at the field what is wrong, and loses nothing typed when the session ends', async () => {
    const visitor = await signUpInPage();
    await visitor.goTo('/console/account');
    await visitor.fill({ currentPassword: PASSWORD, newPassword: 'short' });
    await visitor.press('Change password');
    const fault = visitor.page.locator('.react-aria-FieldError');
    await fault.waitFor();
    await visitor.fill({ newPassword: `${PASSWORD} and more` });
    await fault.waitFor({ state: 'detached' }); // while typing: the button stays under the press
    await visitor.fill({ fullName: 'Ada King' });
    await visitor.page.getByRole('button', { name: 'Save' }).click();
    await visitor.page.getByRole('button', { name: 'Ada King' }).waitFor(); // all is read again
    expect(await fault.count()).toBe(0);
    await visitor.press('Change password');
    await visitor.see('The password is changed');
    await visitor.goTo('/console/settings');
    await visitor.page.locator('[name=name]').first().fill('Acme Audio');
    // Its stream ends with it, so the page notices by itself.
    await world.server.database.query('DELETE FROM sessions');
    await visitor.see('Your session has ended');
    await visitor.picture('story-session-ended');
    await visitor.fill({ password: `${PASSWORD} and more` });
    await visitor.submit();
    await visitor.page.locator('[role=dialog]').waitFor({ state: 'detached' });
    expect(await visitor.page.locator('[name=name]').first().inputValue()).toBe('Acme Audio');
    expect(await visitor.takeFaults(/status of 4(01|22)/)).toEqual([]);
    await visitor.close();
  });

  it('is told of a lost network, and goes on when it is back', async () => {
    const visitor = await signUpInPage();
    await visitor.goTo('/console/settings');
    await visitor.page.context().setOffline(true);
    await visitor.page.locator('[name=name]').first().fill('Acme Offline');
    await visitor.page.getByRole('button', { name: 'Save' }).click();
    await visitor.see('No connection to the server');
    await visitor.page.context().setOffline(false);
    await visitor.page.getByRole('button', { name: 'Save' }).click();
    await visitor.see('Saved');
    expect(await visitor.takeFaults(/ERR_INTERNET_DISCONNECTED/)).toEqual([]);
    await visitor.close();
  });
});

it('an invited colleague comes by the link of the mail, and is offered what the role permits', async () => {
  const founder = await signUpInPage();
  const email = newEmail('invited');
  await founder.goTo('/console/team');
  await founder.press('Invite');
  await founder.fill({ email });
  await founder.submit();
  await founder.see(email);
  const mails = () => world.mailServer.mails.filter(({ recipients }) => recipients.includes(email));
  await until('the invitation has come', () => mails().length > 0);
  const { pathname, search } = linkIn(mails()[0]!);

  const guest = await world.visit(`${pathname}${search}`);
  await guest.see('invited you to Acme');
  await guest.picture('story-invited');
  await guest.fill({ fullName: 'Grace Hopper', password: PASSWORD });
  await guest.submit();
  await guest.page.waitForSelector('#content');
  const offered = await guest.page.locator('.side-link').allInnerTexts();
  expect(offered).toEqual(expect.arrayContaining(['Overview', 'Recordings', 'Team', 'Plan']));
  expect(offered).not.toEqual(expect.arrayContaining(['API keys']));
  expect(offered).not.toEqual(expect.arrayContaining(['Billing']));
  expect([...(await founder.takeFaults()), ...(await guest.takeFaults())]).toEqual([]);
  await Promise.all([founder.close(), guest.close()]);
});

it('staff log in to a business with a reason, which a bar says on every page until it ends', async () => {
  const customer = await signUp(world.server, 'Acme of Support');
  const staff = await addStaff(world.server);
  const visitor = await logIn(staff.email, STAFF_PASSWORD, '/console/staff/login');
  await visitor.page.getByRole('link', { name: 'Acme of Support' }).click();
  await visitor.press('Log in as support');
  await visitor.fill({ reason: REASON });
  await visitor.submit();
  await visitor.see('You are looking in Acme of Support');
  for (const path of ['recordings', 'team', 'audit-log']) {
    await visitor.goTo(`/console/support/${path}`);
    await visitor.see(REASON);
  }
  await visitor.picture('story-support');
  expect(await visitor.page.getByRole('button', { name: 'Invite' }).count()).toBe(0);
  expect(await visitor.findBarriers()).toEqual([]);
  await visitor.press('End session');
  await visitor.see('All businesses of this installation');
  expect(await visitor.takeFaults()).toEqual([]);
  await visitor.close();

  const owner = await logIn(customer.email, PASSWORD);
  await owner.goTo('/console/support-sessions');
  await owner.see(REASON);
  await owner.close();
});

it('staff are told at the field within a price what is wrong, and create the plan', async () => {
  const staff = await addStaff(world.server);
  const visitor = await logIn(staff.email, STAFF_PASSWORD, '/console/staff/login');
  await visitor.goTo('/console/staff/plans');
  await visitor.press('Create plan');
  const typed = { 'price.amount': '1900', 'price.currency': 'dollars', 'interval.count': '3' };
  await visitor.fill({ name: 'By quarter', slug: 'by-quarter', ...typed });
  await visitor.submit();
  const field = visitor.page.locator('.field', { has: visitor.page.getByLabel('Currency') });
  await field.locator('.react-aria-FieldError').waitFor();
  await visitor.fill({ 'price.currency': 'eur' });
  await visitor.submit();
  await visitor.page.locator('[role=dialog]').waitFor({ state: 'detached' });
  await visitor.see('By quarter');
  expect(await visitor.takeFaults(/status of 422/)).toEqual([]);
  await visitor.close();
});

it('two tabs share a session: after a switch in one, the other writes nothing', async () => {
  const visitor = await signUpInPage();
  await visitor.goTo('/console/settings');
  const { page } = visitor;
  const other = await page.context().newPage();
  await other.goto(page.url());
  const names = other.locator('[name=name]');
  await names.nth(1).fill('Second business');
  await other.getByRole('button', { name: 'Create business' }).click();
  await until('the second business is shown', async () =>
    (await names.first().inputValue()).startsWith('Second'),
  );
  await page.locator('[name=name]').first().fill('Written by mistake');
  await page.getByRole('button', { name: 'Save' }).click();
  await visitor.see('You switched business in another tab');
  await other.reload();
  await until(
    'it has the name that nothing was written over',
    async () => (await names.first().inputValue()) === 'Second business',
  );
  expect(await visitor.takeFaults(/status of 409/)).toEqual([]);
  await visitor.close();
});

it('signs up and makes a key by keyboard alone', async () => {
  const visitor = await world.visit('/console/signup');
  const { page } = visitor;
  const { keyboard } = page;
  for (const typed of ['Acme', 'Ada Lovelace', newEmail(), PASSWORD]) {
    await keyboard.type(typed);
    await keyboard.press('Tab');
  }
  await page.locator('button[type=submit]:focus').waitFor();
  await keyboard.press('Enter');
  await visitor.see('Your first API key');
  const tabTo = async (name: string): Promise<void> => {
    const focused = page.locator(':focus', { hasText: name });
    for (let tabs = 0; (await focused.count()) === 0; tabs += 1) {
      if (tabs > 60) throw new Error(`Tab does not reach ${name}`);
      await keyboard.press('Tab');
    }
    await keyboard.press('Enter');
  };
  await tabTo('API keys');
  await page.getByRole('heading', { name: 'API keys' }).waitFor();
  await tabTo('Create key');
  await page.getByRole('dialog').waitFor();
  await page.locator('[name=name]:focus').waitFor();
  await keyboard.type('By keyboard');
  await keyboard.press('Enter');
  await visitor.see('Copy this key now');
  await tabTo('I have kept it');
  await page.getByRole('cell', { name: 'By keyboard' }).waitFor();
  expect(await visitor.takeFaults()).toEqual([]);
  await visitor.close();
});

it('works by keyboard alone, and with the back button', async () => {
  const { email } = await signUp(world.server);
  const visitor = await world.visit('/console/login');
  const { page } = visitor;
  const { keyboard } = page;
  await keyboard.type(email);
  await keyboard.press('Tab');
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  await page.waitForSelector('#content');
  await page.getByRole('link', { name: 'Team', exact: true }).focus();
  await keyboard.press('Enter');
  const invite = page.getByRole('button', { name: 'Invite' });
  await invite.focus();
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('button:focus', { hasText: 'Invite' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  expect(await visitor.takeFaults()).toEqual([]);
  await visitor.close();
});
