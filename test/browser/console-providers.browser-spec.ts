import type { SsoResponse } from '../../src/modules/sso/dto/sso';
import { CONFIG } from '../../src/platform/config/config';
import { PASSWORD, signUp } from '../support/customers';
import { linkIdentity } from '../support/identities';
import { IdentityProvider, newPerson } from '../support/identity-provider';
import { Authenticator } from '../support/second-factors';
import { addStaff } from '../support/staff';
import { ConsoleWorld, type Visitor } from './support/console';

/* Identity providers in the console: signing up and in, an account that is there already, and those of a company. */

const CONTINUE = 'Continue with The provider';
const REFUSALS = /the server responded with a status of (401|403|404|409)/;

let world: ConsoleWorld;
let idp: IdentityProvider;
beforeAll(async () => {
  world = await ConsoleWorld.start({ webhookAllowedNetworks: ['127.0.0.1'] });
  const { url } = world.server;
  idp = await IdentityProvider.start([`${url}/console/sign-in/idp`]);
  // The addresses of both servers are known once they are there.
  Object.assign(world.server.app.get(CONFIG), { appUrl: url, oidcProviders: [idp.configured()] });
});
beforeEach(() => {
  idp.person = newPerson();
});
afterAll(async () => {
  await world.stop();
  await idp.stop();
});

const verifyEmail = (email: string): Promise<unknown> =>
  world.server.database.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [
    email,
  ]);

async function expectSound(visitor: Visitor): Promise<void> {
  expect(await visitor.findBarriers()).toEqual([]);
  expect(await visitor.takeFaults(REFUSALS)).toEqual([]);
}

it('a founder signs up with a provider, and logs in with it again', async () => {
  const visitor = await world.visit('/console/signup');
  await visitor.see(CONTINUE);
  await visitor.picture('providers-sign-up');
  await expectSound(visitor);
  await visitor.press(CONTINUE);
  await visitor.page.waitForURL(/\/console\/(?!sign-in)/);
  await visitor.settle();
  await visitor.fill({ name: 'Acme' });
  await visitor.submit();
  await visitor.page.waitForSelector('#content');
  expect(await visitor.takeFaults(REFUSALS)).toEqual([]);
  await visitor.close();
  const next = await world.visit('/console/login');
  await next.see(CONTINUE);
  await next.picture('providers-log-in');
  await next.press(CONTINUE);
  await next.page.waitForSelector('#content');
  expect(next.page.url()).not.toContain('code=');
  await next.goTo('/console/account');
  await next.see('Other ways to log in');
  await next.see(idp.person!.email!);
  await next.picture('providers-account');
  await expectSound(next);
  await next.close();
});

it('an account that is there already is logged in to once, and linked', async () => {
  const { email } = await signUp(world.server);
  await verifyEmail(email);
  idp.person = newPerson({ email });
  const visitor = await world.visit('/console/login');
  await visitor.press(CONTINUE);
  await visitor.see('You have an account already');
  await visitor.picture('providers-not-linked');
  await expectSound(visitor);
  await visitor.page.getByRole('link', { name: 'Log in' }).last().click();
  await visitor.fill({ email, password: PASSWORD });
  await visitor.submit();
  await visitor.page.waitForSelector('#content');
  await visitor.goTo('/console/account');
  await visitor.see('The provider');
  await visitor.press('Unlink');
  await visitor.page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click();
  await visitor.page.getByRole('dialog').waitFor({ state: 'detached' });
  await visitor.press('Link The provider');
  await visitor.page.waitForURL(/\/console\/account/);
  await visitor.see(email);
  await visitor.close();
});

it('the second factor is asked for after the provider', async () => {
  const { email, token } = await signUp(world.server);
  await verifyEmail(email);
  idp.person = newPerson({ email });
  await linkIdentity(world.server.database, email, idp.url, idp.person.sub);
  const app = await Authenticator.enrol(world.server, token);
  const visitor = await world.visit('/console/login');
  await visitor.press(CONTINUE);
  await visitor.page.locator('[name=code]').waitFor();
  await visitor.picture('providers-second-step');
  await visitor.fill({ code: await app.next() });
  await visitor.submit();
  await visitor.page.waitForSelector('#content');
  await visitor.close();
});

it('a refusal of the provider is told, and leads back', async () => {
  idp.person = null;
  const visitor = await world.visit('/console/login');
  await visitor.press(CONTINUE);
  await visitor.see('You are not logged in');
  await visitor.see('access_denied');
  await visitor.picture('providers-refused');
  await expectSound(visitor);
  await visitor.page.getByRole('link', { name: 'Back' }).click();
  await visitor.see(CONTINUE);
  await visitor.close();
  const stray = await world.visit('/console/sign-in/idp?state=x&code=y');
  await stray.see('This sign-in is over');
  await stray.close();
});

it('an owner sets up the sign-in of the company, and its people log in with it', async () => {
  const owner = await signUp(world.server, 'Acme Inc');
  const placeholder = {
    issuer: 'https://login.acme.example',
    clientId: 'x',
    clientSecret: 'x',
    domains: [],
  };
  const made = await world.server.send('put', '/v1/business/sso', owner.token).send(placeholder);
  const { id, redirectUri } = made.body as SsoResponse;
  const company = await IdentityProvider.start([redirectUri]);
  const { issuer, clientId, clientSecret } = company.configured();
  const visitor = await world.logIn(owner.email);
  await visitor.goTo('/console/settings');
  await visitor.page.getByRole('link', { name: 'Set up' }).click();
  await visitor.page.locator('[name=issuer]').waitFor();
  const domains = 'acme-browser.example';
  await visitor.fill({ issuer, clientId, clientSecret, domains, rolesClaim: 'groups' });
  await visitor.press('Save');
  await visitor.see('Not proven');
  await visitor.press('Test the connection');
  await visitor.see('The provider answers as it should.');
  await visitor.press('Check the record');
  await visitor.see('The DNS record was not found');
  await visitor.picture('company-sign-in');
  await expectSound(visitor);
  await visitor.close();
  const staff = await addStaff(world.server);
  const path = `/v1/staff/businesses/${owner.business.id}/sso-domains`;
  expect((await world.server.post(path, staff.token, { domain: domains })).status).toBe(200);
  company.person = newPerson({ email: `grace@${domains}` });
  const person = await world.visit('/console/login');
  await person.page.getByRole('link', { name: 'Log in with your company' }).click();
  await person.page.getByRole('button', { name: 'Go on' }).waitFor(); // the log-in page has a field of this name too
  await person.fill({ email: 'grace@elsewhere.example' });
  await person.submit();
  await person.see('No company has set up');
  await person.fill({ email: `grace@${domains}` });
  await person.submit();
  await person.see('Your company signs in with its own provider: Acme Inc.');
  await person.picture('company-log-in');
  await expectSound(person);
  await person.press('Continue with Acme Inc');
  await person.page.waitForSelector('#content');
  expect(id).not.toBe('');
  await person.close();
  await company.stop();
});
