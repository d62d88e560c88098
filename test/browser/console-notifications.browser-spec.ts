import { signUp, type Customer } from '../support/customers';
import { addMember, type AddedMember } from '../support/members';
import { scrapeAnew } from '../support/scrape';
import { addStaff, REASON, STAFF_PASSWORD } from '../support/staff';
import { until } from '../support/until';
import { ConsoleWorld, Visitor } from './support/console';

/* The bell, which lives from the stream; the page of notifications; the choice of mails. */

const PHONE = { width: 390, height: 844 };
const TABS = 10;

let world: ConsoleWorld;
let customer: Customer;
let admin: AddedMember;
beforeAll(async () => {
  world = await ConsoleWorld.start();
});
afterAll(() => world.stop());
beforeEach(async () => {
  customer = await signUp(world.server, 'Acme Audio');
  admin = await addMember(world.server, customer, 'admin');
});

const rename = (name: string) =>
  world.server.patch('/v1/business', customer.token, { name }).expect(200);

const bellOf = ({ page }: Visitor, unread: string) =>
  page.getByRole('button', {
    name: unread === '' ? 'Notifications' : `Notifications, ${unread} unread`,
    exact: true,
  });

it('the bell counts what others do, as they do it, and its panel reads it', async () => {
  const visitor = await world.logIn(admin.email);
  await bellOf(visitor, '').waitFor();
  await rename('Acme Sound');
  await bellOf(visitor, '1').waitFor();
  await world.server.post('/v1/api-keys', customer.token, { name: 'Shop' }).expect(201);
  await bellOf(visitor, '2').click();
  await visitor.see('API key created');
  await visitor.picture('story-bell');
  expect(await visitor.findBarriers()).toEqual([]);
  await visitor.page.getByRole('link', { name: 'API key created' }).click();
  await visitor.page.waitForURL('**/console/api-keys');
  await bellOf(visitor, '1').click();
  await visitor.press('Mark all as read');
  await visitor.page.keyboard.press('Escape');
  await bellOf(visitor, '').waitFor();
  expect(await visitor.takeFaults()).toEqual([]);
  await visitor.close();
});

it('the page has all, those that are unread, and the choice of mails', async () => {
  const visitor = await world.logIn(admin.email);
  await visitor.goTo('/console/notifications');
  await visitor.see('Nothing new');
  await rename('Acme Sound');
  await world.server.post('/v1/api-keys', customer.token, { name: 'Shop' }).expect(201);
  await visitor.see('Business settings changed');
  await visitor.see('API key created');
  await visitor.page.getByRole('button', { name: 'Mark as read' }).first().click();
  await bellOf(visitor, '1').waitFor();
  await visitor.picture('story-notifications');
  await visitor.page.getByRole('button', { name: 'Shown' }).click();
  await visitor.page.getByRole('option', { name: 'Unread' }).click();
  await visitor.page.locator('.news').nth(1).waitFor({ state: 'detached' });
  const mails = visitor.page.getByRole('switch', { name: 'API key created' });
  expect(await mails.isChecked()).toBe(false);
  await mails.press('Space');
  await until('the switch is on', () => mails.isChecked());
  const answer = await world.server.get('/v1/notification-preferences', admin.token).expect(200);
  expect(answer.body).toMatchObject({
    preferences: expect.arrayContaining([
      { type: 'api_key.created', mail: true, fixed: false },
    ]) as object[],
  });
  await visitor.page.setViewportSize(PHONE);
  await visitor.page.emulateMedia({ colorScheme: 'dark' });
  await visitor.picture('story-notifications-phone');
  expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  expect(await visitor.findBarriers()).toEqual([]);
  await bellOf(visitor, '1').click();
  await visitor.see('All notifications');
  await visitor.picture('story-bell-phone');
  expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  expect(await visitor.findBarriers()).toEqual([]);
  expect(await visitor.takeFaults()).toEqual([]);
  await visitor.close();
});

it('ten tabs have one stream, go on when the first is closed, and stay quick', async () => {
  const visitor = await world.logIn(admin.email);
  const tabs = [visitor];
  while (tabs.length < TABS) {
    const tab = new Visitor(await visitor.page.context().newPage(), world.server.url);
    await tab.goTo('/console/');
    tabs.push(tab);
  }
  for (const tab of tabs) await bellOf(tab, '').waitFor();
  const isOneStream = async () => (await scrapeAnew(world.server)).valueOf('streams') === 1;
  await until('the tabs have one stream', isOneStream);
  await rename('Acme One');
  for (const tab of tabs) await bellOf(tab, '1').waitFor();
  await tabs.shift()!.page.close();
  await rename('Acme Two');
  for (const tab of tabs) await bellOf(tab, '2').waitFor();
  await until('the tabs have one stream again', isOneStream);
  for (const tab of tabs) expect(await tab.takeFaults()).toEqual([]);
  await tabs[0]!.close();
});

it('a support session has no bell', async () => {
  const staff = await addStaff(world.server);
  const visitor = await world.logIn(staff.email, STAFF_PASSWORD, '/console/staff/login');
  await visitor.goTo(`/console/staff/businesses/${customer.business.id}`);
  await visitor.press('Log in as support');
  await visitor.fill({ reason: REASON });
  await visitor.submit();
  await visitor.see('You are looking in Acme Audio');
  expect(await visitor.page.locator('.bell').count()).toBe(0);
  expect(await visitor.takeFaults()).toEqual([]);
  await visitor.close();
});
