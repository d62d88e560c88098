import { PASSWORD, signUp } from '../support/customers';
import { addMember } from '../support/members';
import { Authenticator } from '../support/second-factors';
import { addStaff, STAFF_PASSWORD } from '../support/staff';
import { ConsoleWorld, type Visitor } from './support/console';

/* Second factors in the console: set up, asked for, demanded; and a proof asked for again without loss. */

let world: ConsoleWorld;
beforeAll(async () => {
  world = await ConsoleWorld.start({ stepUpMinutes: 10, staffSecondFactor: 'required' });
});
afterAll(() => world.stop());

async function logIn(email: string, password: string, path = '/console/login'): Promise<Visitor> {
  const visitor = await world.visit(path);
  await visitor.fill({ email, password });
  await visitor.submit();
  return visitor;
}

/** Sets up the app that the page shows. */
async function setUp(visitor: Visitor): Promise<Authenticator> {
  await visitor.press('Set up an authenticator app');
  await visitor.page.getByAltText('QR code for the authenticator app').waitFor();
  const secret = await visitor.page.locator('.copyable code').first().innerText();
  const app = Authenticator.of(world.server, secret);
  await visitor.fill({ code: await app.next() });
  await visitor.press('Confirm');
  await visitor.see('Your recovery codes');
  expect((await visitor.page.locator('.copyable pre').innerText()).split('\n')).toHaveLength(10);
  return app;
}

it('a person sets one up, keeps the codes, and is asked at the next log-in', async () => {
  const { email } = await signUp(world.server);
  const visitor = await logIn(email, PASSWORD);
  await visitor.page.waitForSelector('#content');
  await visitor.goTo('/console/account');
  const app = await setUp(visitor);
  await visitor.picture('second-factor-codes');
  await visitor.press('I have kept it');
  await visitor.see('Recovery codes left');
  expect(await visitor.findBarriers()).toEqual([]);
  const next = await logIn(email, PASSWORD);
  await next.see('The password is right.');
  await next.picture('second-factor-step');
  await next.fill({ code: await app.next() });
  await next.submit();
  await next.page.waitForSelector('#content');
  expect(await visitor.takeFaults()).toEqual([]);
  const [first, ...others] = await next.takeFaults();
  expect(first).toContain('401 (Unauthorized)'); // Chromium's own line about the first step
  expect(others).toEqual([]);
  await visitor.close();
  await next.close();
});

it('what needs a recent proof asks for it, and loses nothing that was typed', async () => {
  const { email } = await signUp(world.server);
  const visitor = await logIn(email, PASSWORD);
  await visitor.page.waitForSelector('#content');
  await visitor.goTo('/console/api-keys');
  await visitor.press('Create key');
  await visitor.fill({ name: 'Phone app' });
  world.server.clock.moveBy(11 * 60_000);
  await visitor.submit();
  await visitor.see('Prove again who you are');
  await visitor.picture('prove-again');
  await visitor.fill({ password: PASSWORD });
  await visitor.press('Go on');
  await visitor.see('Copy this key now');
  await visitor.press('I have kept it');
  await visitor.see('Phone app');
  await visitor.close();
});

it('a business that demands one opens nothing else before', async () => {
  const owner = await signUp(world.server);
  await Authenticator.enrol(world.server, owner.token);
  const { email } = await addMember(world.server, owner, 'member');
  const body = { requireSecondFactor: true };
  expect((await world.server.patch('/v1/business', owner.token, body)).status).toBe(200);
  const visitor = await logIn(email, PASSWORD);
  await visitor.see('demands a second factor');
  await setUp(visitor);
  await visitor.press('I have kept it');
  await visitor.page.waitForSelector('#content');
  await visitor.goTo('/console/team');
  await visitor.see(email);
  await visitor.close();
});

it('staff set theirs up at the first log-in, and then enter', async () => {
  const staff = await addStaff(world.server);
  const visitor = await logIn(staff.email, STAFF_PASSWORD, '/console/staff/login');
  await visitor.see('Set up a second factor');
  await setUp(visitor);
  await visitor.press('I have kept it');
  await visitor.see('Businesses');
  await visitor.close();
});
