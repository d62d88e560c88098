import type { Browser, BrowserContext, Page } from 'playwright-core';
import { signUp, type Customer } from '../support/customers';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import { startChromium } from './support/chromium';
import { startClientPage } from './support/client-page';
import type { PageServer } from './support/page-server';

/* The client in Chromium: what waits is kept in IndexedDB, by pages and by workers. */

let server: TestApplication;
let browser: Browser;
let shop: PageServer;
let customer: Customer;
beforeAll(async () => {
  [browser, shop, server] = [
    await startChromium(),
    await startClientPage(),
    await TestApplication.start(),
  ];
  customer = await signUp(server);
  const application = { name: 'Shop', platform: 'web', origins: [shop.origin] };
  await server.post('/v1/applications', customer.token, application).expect(201);
});
afterAll(async () => {
  await browser.close();
  await Promise.all([shop.stop(), server.stop()]);
});

async function open(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(shop.origin);
  await page.waitForFunction('globalThis.isReady');
  return page;
}

const startIn = (page: Page): Promise<unknown> =>
  page.evaluate(`start(...${JSON.stringify([server.url, customer.apiKey.key])})`);

const countRecordings = async (): Promise<number> => {
  const rows = await server.database.query('SELECT FROM recordings WHERE business_id = $1', [
    customer.business.id,
  ]);
  return rows.length;
};

/** What a page sends as it closes may leave after Chromium has ended its offline mode, so this one sends nothing then. */
const DIE_SILENTLY = `['pagehide', 'visibilitychange'].forEach((type) =>
  addEventListener(type, (event) => event.stopImmediatePropagation(), true))`;

it('what a page could not send is sent by the next one, once', async () => {
  const context = await browser.newContext();
  const page = await open(context);
  await page.evaluate(DIE_SILENTLY);
  await context.setOffline(true);
  await startIn(page);
  for (let count = 0; count < 3; count += 1) await page.evaluate('record()');
  await page.waitForFunction('kept().then((count) => count === 3)');
  await page.close();
  expect(await countRecordings()).toBe(0);

  await context.setOffline(false);
  const next = await open(context);
  await next.waitForFunction(`navigator.onLine && fetch('/').then(() => true, () => false)`); // Chromium ends its offline mode in its own time
  await startIn(next);
  await until('all are there', async () => (await countRecordings()) === 3);
  await next.waitForFunction('kept().then((count) => count === 0)');
  await next.evaluate('record()');
  await until('one more is there', async () => (await countRecordings()) === 4);
  await context.close();
});

it('a worker records too', async () => {
  const before = await countRecordings();
  const context = await browser.newContext();
  const page = await open(context);
  await page.evaluate(
    `new Worker('/script.js', { type: 'module' }).postMessage(${JSON.stringify([server.url, customer.apiKey.key])})`,
  );
  await until('its recording is there', async () => (await countRecordings()) === before + 1);
  await context.close();
});
