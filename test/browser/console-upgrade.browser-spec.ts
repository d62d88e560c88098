import { LocalStripe } from '@tenantry/local-stripe';
import { WATCHED_EVENTS } from '../../src/modules/billing/inbox/inbox.service';
import { API_KEY, WEBHOOK_SECRET } from '../support/billing';
import { aRecording } from '../support/customers';
import { TEST_DATE_OFFSET_MS } from '../support/test-date';
import { ConsoleWorld } from './support/console';

/* From the limit to a paid plan, through the pages of the local Stripe. */

let stripe: LocalStripe;
let world: ConsoleWorld;
beforeAll(async () => {
  stripe = await LocalStripe.start({
    ...{ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET, signedBy: 'local' },
    now: new Date(Date.now() + TEST_DATE_OFFSET_MS),
    enabledEvents: WATCHED_EVENTS,
  });
  world = await ConsoleWorld.start({
    ...{ stripeSecretKey: API_KEY, stripeWebhookSecrets: [WEBHOOK_SECRET] },
    stripeApiBase: stripe.url,
  });
  stripe.deliverTo(`${world.server.url}/v1/webhooks/stripe`);
});
afterAll(async () => {
  await world.stop();
  await stripe.close();
});

it('a founder reaches the limit, pays for a plan, and records on', async () => {
  const visitor = await world.signUp();
  const { page } = visitor;
  const key = await page.locator('.copyable code').first().innerText();
  const send = (count: number) =>
    world.server.post('/v1/recordings/batch', key, {
      recordings: Array.from({ length: count }, () => aRecording()),
    });
  await send(100).expect(200);
  await visitor.goTo('/console/');
  await visitor.see('0 left.');
  const refused = await world.server.post('/v1/recordings', key, aRecording()).expect(402);
  const { upgradeUrl } = refused.body as { upgradeUrl: string };

  await visitor.goTo(new URL(upgradeUrl).pathname); // the link that an app shows
  await page.getByRole('link', { name: 'Change plan' }).click();
  await page.getByRole('region', { name: 'Pro', exact: true }).getByRole('button').click();
  await visitor.picture('story-upgrade');
  await visitor.submit();
  await page.getByRole('button', { name: 'Pay with a good card (4242)' }).waitFor();
  // The page of the payment leads back to APP_URL, where a deployment serves the console.
  await page.route('http://127.0.0.1/**', (route) => {
    const { pathname, search } = new URL(route.request().url());
    const headers = { location: `${world.server.url}${pathname}${search}` };
    return route.fulfill({ status: 302, headers });
  });
  await page.getByRole('button', { name: 'Pay with a good card (4242)' }).click();
  await visitor.see('The payment has arrived.');
  await visitor.see('ending in 4242');
  await visitor.picture('story-upgraded');
  await visitor.goTo('/console/');
  await visitor.see('Pro');
  await send(1).expect(200);
  await visitor.goTo('/console/');
  await visitor.see('101');
  expect(await visitor.findBarriers()).toEqual([]);
  expect(await visitor.takeFaults(/status of 402|favicon\.ico/)).toEqual([]);
  await visitor.close();
});
