import type { Browser, Page } from 'playwright-core';
import type { FeatureResponse } from '../../src/modules/features/dto/feature';
import { signUp, type Customer } from '../support/customers';
import { addFeature, giveOwnGrant } from '../support/entitlements';
import { addStaff, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import { startChromium } from './support/chromium';
import { startFlagPage } from './support/flag-page';
import type { PageServer } from './support/page-server';

/* OpenFeature's web provider in Chromium, with an SDK key, on a page of another origin than the API. */

let server: TestApplication;
let browser: Browser;
let shop: PageServer;
let stranger: PageServer;
let staff: StaffMember;
let customer: Customer;
let beta: FeatureResponse;
let region: FeatureResponse;
let hidden: FeatureResponse;
beforeAll(async () => {
  [browser, shop, stranger] = [await startChromium(), await startFlagPage(), await startFlagPage()];
  server = await TestApplication.start();
  staff = await addStaff(server);
  beta = await addFeature(server, staff, { kind: 'flag', visibility: 'client' });
  region = await addFeature(server, staff, { kind: 'config', visibility: 'client' });
  hidden = await addFeature(server, staff, { kind: 'flag' });
  customer = await signUp(server);
  const application = { name: 'Shop', platform: 'web', origins: [shop.origin] };
  const made = await server.post('/v1/applications', customer.token, application);
  expect(made.status).toBe(201);
});
afterAll(async () => {
  await browser.close();
  await Promise.all([shop.stop(), stranger.stop(), server.stop()]);
});

const give = (key: string, body: object) => giveOwnGrant(server, staff, customer, key, body);

async function open({ origin }: PageServer): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(origin);
  await page.waitForFunction('globalThis.isReady');
  return page;
}

function call<T>(page: Page, name: string, ...parameters: string[]): Promise<T> {
  return page.evaluate(`${name}(...${JSON.stringify(parameters)})`);
}

it('has the flags and values that clients may see, asks whether they have changed, and follows them', async () => {
  const page = await open(shop);
  const statuses: number[] = [];
  page.on('response', (response) => {
    if (response.request().method() === 'POST') statuses.push(response.status());
  });
  await give(region.key, { value: 'eu' });
  await call(page, 'connect', server.url, customer.key, 'user-1');
  expect(await call(page, 'read', beta.key)).toMatchObject({ value: false, reason: 'DEFAULT' });
  expect(await call(page, 'readText', region.key)).toBe('eu');
  expect(await call(page, 'read', hidden.key)).toMatchObject({
    ...{ value: false, errorCode: 'FLAG_NOT_FOUND' },
  });
  await until('an unchanged answer has come', () => statuses.includes(304));
  await give(beta.key, { enabled: true });
  await until('the page has the new value', async () => {
    const { value } = await call<{ value: boolean }>(page, 'read', beta.key);
    return value;
  });
  expect(new Set(statuses)).toEqual(new Set([200, 304]));
  await page.close();
});

it('has no flags on a page of an origin that the business does not name', async () => {
  const page = await open(stranger);
  await expect(call(page, 'connect', server.url, customer.key, 'user-1')).rejects.toThrow();
  expect(await call(page, 'read', beta.key)).toMatchObject({ value: false, reason: 'ERROR' });
  await page.close();
});
