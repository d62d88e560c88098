import { newId } from '../../src/common/ids';
import { PASSWORD, signUp } from '../support/customers';
import { holdingLocks } from '../support/held-locks';
import { addMember } from '../support/members';
import { ConsoleWorld, type Visitor } from './support/console';

/* What goes wrong while a page is open: each has its answer, and nothing typed is lost. */

const SUPPORT = 'help@acme.example';

let world: ConsoleWorld;
beforeAll(async () => {
  world = await ConsoleWorld.start({
    statementTimeoutMs: 3_000,
    rateLimitMails: { recipient: 1, account: 1, business: 1, unproven: 1 },
    brand: { name: 'Acme', color: null, darkColor: null, logoFile: null, supportEmail: SUPPORT },
  });
});
afterAll(() => world.stop());

const nameOf = (visitor: Visitor) => visitor.page.locator('[name=name]').first();

it('403: what a role does not permit says so, and a changed role shows at once', async () => {
  const customer = await signUp(world.server);
  const member = await addMember(world.server, customer, 'admin');
  const visitor = await world.logIn(member.email);
  await visitor.goTo('/console/api-keys');
  await visitor.press('Create key');
  await visitor.fill({ name: 'Typed before the change' });
  await world.server.database.query(`UPDATE members SET role = 'viewer' WHERE id = $1`, [
    member.id,
  ]);
  await visitor.submit();
  await visitor.see('Your role does not permit this');
  await visitor.picture('fault-403-page');
  const offered = await visitor.page.locator('.side-link').allInnerTexts();
  expect(offered).not.toEqual(expect.arrayContaining(['API keys']));
  await visitor.goTo('/console/api-keys');
  await visitor.see('An owner or admin can change your role.');
  expect(await visitor.findBarriers()).toEqual([]);
  expect(await visitor.takeFaults(/status of 403/)).toEqual([]);
  await visitor.close();
});

it('404: a thing that is not there', async () => {
  const visitor = await world.signUp();
  await visitor.goTo(`/console/recordings/${newId()}`);
  await visitor.see('It may have been deleted, or the link is wrong.');
  await visitor.picture('fault-404');
  expect(await visitor.findBarriers()).toEqual([]);
  await visitor.page.getByRole('link', { name: 'To the overview' }).click();
  await visitor.page.getByRole('heading', { name: 'Overview' }).waitFor();
  expect(await visitor.takeFaults(/status of 404/)).toEqual([]);
  await visitor.close();
});

it('422: a field that the page does not have is told above the button', async () => {
  const visitor = await world.visit('/console/reset-password');
  await visitor.fill({ password: PASSWORD });
  await visitor.submit();
  await visitor.see('The server did not accept this');
  await visitor.picture('fault-without-field');
  await visitor.close();
});

it('429: the limit of mails is told at once, with how long to wait', async () => {
  const visitor = await world.signUp();
  await visitor.press('Send it again');
  await visitor.see('is on its way');
  await visitor.press('Send it again');
  await visitor.page.getByText(/Too many requests\. Try again in \d+ hours\./).waitFor();
  await visitor.picture('fault-429');
  expect(await visitor.takeFaults(/status of 429/)).toEqual([]);
  await visitor.close();
});

it('503: a database that does not answer is told, and the form is sent again as it was', async () => {
  const visitor = await world.signUp();
  await visitor.goTo('/console/settings');
  await nameOf(visitor).fill('Acme Patience');
  await holdingLocks(world.server.database, 'LOCK TABLE businesses', [], async (untilWaited) => {
    await visitor.page.getByRole('button', { name: 'Save' }).click();
    await untilWaited();
    await visitor.see('The server is busy');
    await visitor.picture('fault-503');
    expect(await nameOf(visitor).inputValue()).toBe('Acme Patience');
  });
  await visitor.page.getByRole('button', { name: 'Save' }).click();
  await visitor.see('Saved');
  expect(await visitor.takeFaults(/status of 503/)).toEqual([]);
  await visitor.close();
});

it('a slow network: what loads is shown as such, and a form pressed twice is sent once', async () => {
  const { email, business } = await signUp(world.server);
  const visitor = await world.logIn(email);
  const network = await visitor.page.context().newCDPSession(visitor.page);
  const [latency, bytesASecond] = [700, 40_000];
  await network.send('Network.emulateNetworkConditions', {
    ...{
      offline: false,
      latency,
      downloadThroughput: bytesASecond,
      uploadThroughput: bytesASecond,
    },
  });
  await visitor.page.getByRole('link', { name: 'API keys' }).click();
  await visitor.page.locator('.skeleton').first().waitFor();
  await visitor.press('Create key');
  await visitor.fill({ name: 'Slow' });
  const submit = visitor.page.locator('button[type=submit]').last();
  await submit.click();
  await submit.click();
  await visitor.see('Copy this key now');
  const keys = await world.server.database.query(
    `SELECT FROM api_keys WHERE business_id = $1 AND name = 'Slow'`,
    [business.id],
  );
  expect(keys).toHaveLength(1);
  expect(await visitor.takeFaults()).toEqual([]);
  await visitor.close();
});

it('the address of support is where people need it', async () => {
  const visitor = await world.visit('/console/login');
  await visitor.page.locator(`a[href="mailto:${SUPPORT}"]`).waitFor();
  await visitor.fill({ email: 'unknown@acme.example', password: PASSWORD });
  await visitor.submit();
  await visitor.page.locator('.fault').waitFor();
  expect(await visitor.findBarriers()).toEqual([]);
  expect(await visitor.takeFaults(/status of 401/)).toEqual([]);
  await visitor.close();
});
