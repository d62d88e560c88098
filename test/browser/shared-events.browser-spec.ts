import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { listEvents } from '../support/events';
import { scrapeAnew } from '../support/scrape';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import { startChromium } from './support/chromium';
import { bundleSharedEvents } from './support/shared-events';

/* Ten tabs of a browser have one stream, and each sees each event once. */

const TABS = 10;

let server: TestApplication;
let browser: Browser;
let script: string;
let customer: Customer;
let context: BrowserContext;
beforeAll(async () => {
  server = await TestApplication.start({ appUrl: 'http://127.0.0.1' });
  browser = await startChromium();
  script = await bundleSharedEvents();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});
beforeEach(async () => {
  customer = await signUp(server);
  context = await browser.newContext({ bypassCSP: true }); // the pages are answers of the API
});
afterEach(async () => {
  await context.close();
  await until('no stream is left', async () => (await countStreams()) === 0);
});

const countStreams = async () => (await scrapeAnew(server)).valueOf('streams');

/** A tab that follows the events by the client, with the cookie of the session. */
async function openTab(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${server.url}/health/live`);
  await page.evaluate(script);
  await page.evaluate('void follow()');
  return page;
}

async function logIn(): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${server.url}/health/live`);
  const login = { email: customer.email, password: PASSWORD, transport: 'cookie' };
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(login),
  };
  const status = await page.evaluate(
    `fetch('/v1/auth/login', ${JSON.stringify(init)}).then(({ status }) => status)`,
  );
  expect(status).toBe(200);
  await page.close();
}

async function openTabs(): Promise<Page[]> {
  await logIn();
  const tabs = [];
  for (let number = 1; number <= TABS; number += 1) tabs.push(await openTab());
  for (const tab of tabs) await tab.waitForFunction('hasBegun');
  return tabs;
}

async function rename(times: number): Promise<void> {
  for (let number = 1; number <= times; number += 1)
    await server.patch('/v1/business', customer.token, { name: `Shop ${number}` }).expect(200);
}

const lastSequence = async () =>
  (await listEvents(server, customer.token, '?limit=1'))[0]!.sequence;

/** Each of these tabs has seen exactly the events after this sequence. */
async function expectAllSeen(tabs: Page[], after: number): Promise<void> {
  const last = await lastSequence();
  const expected = Array.from({ length: last - after }, (_, index) => after + index + 1);
  for (const tab of tabs) {
    await tab.waitForFunction(`seen.some(([sequence]) => sequence === ${last})`);
    const seen = await tab.evaluate<[number, string][]>('seen');
    expect(seen.map(([sequence]) => sequence)).toEqual(expected);
  }
}

it('of which each sees each event once, also after the tab with the stream is closed', async () => {
  const tabs = await openTabs();
  const first = await lastSequence();
  expect(await countStreams()).toBe(1);
  await rename(3);
  await expectAllSeen(tabs, first);
  for (let left = TABS; left > 1; left -= 3) {
    const closing = tabs.shift()!.close(); // the first has the stream: locks are given in the order of requests
    await Promise.all([closing, rename(3)]);
    await expectAllSeen(tabs, first);
    await until('one stream is left', async () => (await countStreams()) === 1);
  }
});

it('that leave the other connections of the browser free', async () => {
  const tabs = await openTabs();
  const ask = `fetch('/v1/me', { headers: { 'tenantry-session': 'team' } }).then(({ status }) => status)`;
  const statuses = await Promise.all(tabs.map((tab) => tab.evaluate<number>(ask)));
  expect(statuses).toEqual(tabs.map(() => 200));
});

it('that begin with the next event, when they are opened later', async () => {
  const [first] = await openTabs();
  await rename(2);
  const after = await lastSequence();
  const late = await openTab();
  await late.waitForFunction('hasBegun');
  await rename(2);
  await expectAllSeen([late], after);
  expect(await first!.evaluate<number>('seen.length')).toBe(4);
});
