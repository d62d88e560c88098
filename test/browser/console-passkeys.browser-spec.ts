import type { CDPSession } from 'playwright-core';
import { PASSWORD, signUp } from '../support/customers';
import { addStaff, STAFF_PASSWORD } from '../support/staff';
import { ConsoleWorld, NAMED_ORIGIN, type Visitor } from './support/console';

/* Passkeys in the console, with Chromium's own authenticator: made, used in each place, and refused when it is a copy. */

let world: ConsoleWorld;
beforeAll(async () => {
  world = await ConsoleWorld.start({ stepUpMinutes: 10, staffSecondFactor: 'required' });
});
afterAll(() => world.stop());

interface Credential {
  credentialId: string;
  signCount: number;
}

/** A device of the browser, as the protocol of DevTools makes it. */
class VirtualDevice {
  private constructor(
    private readonly session: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async in({ page }: Visitor): Promise<VirtualDevice> {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualDevice(session, authenticatorId);
  }

  async credentials(): Promise<Credential[]> {
    const { authenticatorId } = this;
    const { credentials } = await this.session.send('WebAuthn.getCredentials', { authenticatorId });
    return credentials;
  }

  /** Goes on from an earlier count, as a copy of the device does. */
  async setCounter(signCount: number): Promise<void> {
    const { authenticatorId } = this;
    for (const credential of await this.credentials()) {
      const { credentialId } = credential;
      await this.session.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
      const changed = { ...credential, signCount } as never;
      await this.session.send('WebAuthn.addCredential', { authenticatorId, credential: changed });
    }
  }

  async setVerified(isUserVerified: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  }
}

/** At a name: an IP address has no passkeys. */
function visit(path: string): Promise<Visitor> {
  return world.visit(path, {}, NAMED_ORIGIN);
}

async function logIn(email: string, password: string, path = '/console/login'): Promise<Visitor> {
  const visitor = await visit(path);
  await visitor.fill({ email, password });
  await visitor.press('Log in');
  return visitor;
}

async function addPasskey(visitor: Visitor, isFirst = true): Promise<void> {
  await visitor.press('Add a passkey');
  await visitor.see('Your device makes it and keeps it.');
  await visitor.press('Go on');
  if (!isFirst) return;
  await visitor.see('Your recovery codes');
  await visitor.press('I have kept it');
}

async function logOut(visitor: Visitor, path = '/console/login'): Promise<void> {
  await visitor.page.context().clearCookies();
  await visitor.goTo(path);
}

it('a person adds one, and logs in with it alone, as a second step and as a proof', async () => {
  const { email } = await signUp(world.server);
  const visitor = await logIn(email, PASSWORD);
  await visitor.page.waitForSelector('#content');
  const device = await VirtualDevice.in(visitor);
  await visitor.goTo('/console/account');
  await addPasskey(visitor);
  await visitor.see('last used');
  await visitor.picture('passkeys');
  expect(await visitor.findBarriers()).toEqual([]);
  expect(await device.credentials()).toHaveLength(1);
  expect(await visitor.takeFaults()).toEqual([]);

  await logOut(visitor);
  await visitor.picture('log-in-passkey');
  await visitor.press('Log in with a passkey');
  await visitor.page.waitForSelector('#content');
  await visitor.goTo('/console/account');
  await visitor.page.getByRole('cell', { name: 'Passkey' }).first().waitFor();

  await logOut(visitor);
  await visitor.fill({ email, password: PASSWORD });
  await visitor.press('Log in');
  await visitor.see('The password is right. Now your passkey.');
  await visitor.picture('passkey-step');
  await visitor.press('Use a passkey');
  await visitor.page.waitForSelector('#content');

  await visitor.goTo('/console/api-keys');
  await visitor.press('Create key');
  await visitor.fill({ name: 'Phone app' });
  world.server.clock.moveBy(11 * 60_000);
  await visitor.submit();
  await visitor.see('Prove again who you are');
  await visitor.press('Use a passkey');
  await visitor.page.locator('input[type=password]').waitFor({ state: 'detached' });
  await visitor.picture('passkey-proof');
  await visitor.press('Use a passkey');
  await visitor.see('Copy this key now');
  await visitor.close();
});

it('a copy of it is refused, and one whose owner was not verified; removed, it does nothing', async () => {
  const { email } = await signUp(world.server);
  const visitor = await logIn(email, PASSWORD);
  await visitor.page.waitForSelector('#content');
  const device = await VirtualDevice.in(visitor);
  await visitor.goTo('/console/account');
  await addPasskey(visitor);
  await logOut(visitor);
  await visitor.press('Log in with a passkey');
  await visitor.page.waitForSelector('#content');

  await device.setCounter(0);
  await logOut(visitor);
  await visitor.press('Log in with a passkey');
  await visitor.see('This passkey was not accepted');
  await visitor.picture('passkey-refused');
  await device.setCounter(100);
  await device.setVerified(false);
  await logOut(visitor);
  await visitor.press('Log in with a passkey');
  await visitor.see('No passkey was used');
  await device.setVerified(true);
  await visitor.press('Log in with a passkey');
  await visitor.page.waitForSelector('#content');

  await visitor.goTo('/console/account');
  await visitor.press('Rename');
  await visitor.fill({ name: 'Work laptop' });
  await visitor.press('Save');
  await visitor.see('Work laptop');
  await visitor.press('Remove');
  await visitor.see('Remove the passkey Work laptop?');
  await visitor.press('Remove');
  await visitor.see('You have none yet.');
  await logOut(visitor);
  await visitor.press('Log in with a passkey');
  await visitor.see('This passkey was not accepted');
  await visitor.close();
});

it('staff set one up at the first log-in, enter, and log in with it', async () => {
  const staff = await addStaff(world.server);
  const visitor = await logIn(staff.email, STAFF_PASSWORD, '/console/staff/login');
  await visitor.see('Set up a second factor');
  await VirtualDevice.in(visitor);
  await addPasskey(visitor);
  await visitor.see('Businesses');
  await logOut(visitor, '/console/staff/login');
  await visitor.press('Log in with a passkey');
  await visitor.see('Businesses');
  await visitor.goTo('/console/staff/account');
  await visitor.see('last used');
  await visitor.picture('staff-passkeys');
  await visitor.close();
});

it('at an IP address the page says where they work', async () => {
  const visitor = await world.visit('/console/login');
  await visitor.press('Log in with a passkey');
  await visitor.see('Passkeys do not work at this address');
  await visitor.see('http://localhost');
  await visitor.picture('passkeys-elsewhere');
  await visitor.close();
});
