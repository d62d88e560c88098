import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { signUp, type Customer, PASSWORD } from '../support/customers';
import { STAFF_PASSWORD, addStaff, type StaffMember } from '../support/staff';
import { ConsoleWorld, type Visitor } from './support/console';

/* Each page of the console once: as its policy allows, without an error, and open to those who need help to read. */

const PUBLIC = [
  'login',
  'signup',
  'forgot-password',
  'reset-password',
  'verify-email',
  'staff/login',
];
const TEAM = [
  '',
  'usage/recordings',
  'recordings',
  'applications',
  'team',
  'api-keys',
  'webhooks',
  'plan',
  'billing',
  'history',
  'audit-log',
  'support-sessions',
  'account',
  'notifications',
  'settings',
  'race',
  'nowhere',
];
const STAFF = [
  'staff',
  'staff/plans',
  'staff/features',
  'staff/service-keys',
  'staff/webhooks',
  'staff/jobs',
  'staff/webhook-inbox',
  'staff/health',
  'staff/audit-log',
];
const DESK = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

let world: ConsoleWorld;
let customer: Customer;
let staff: StaffMember;
beforeAll(async () => {
  world = await ConsoleWorld.start();
  customer = await signUp(world.server, 'Acme Audio');
  staff = await addStaff(world.server);
});
afterAll(() => world.stop());

async function logIn(visitor: Visitor, email: string, password: string): Promise<void> {
  await visitor.fill({ email, password });
  await visitor.submit();
  await visitor.page.waitForSelector('#content');
  await visitor.settle();
}

/** Light, dark, and on a phone. */
async function inspect(
  visitor: Visitor,
  path: string,
  name = path.replaceAll('/', '-') || 'overview',
): Promise<void> {
  const { page } = visitor;
  await visitor.goTo(`/console/${path}`);
  await visitor.picture(`light-${name}`);
  const barriers = await visitor.findBarriers();
  await page.emulateMedia({ colorScheme: 'dark' });
  await visitor.picture(`dark-${name}`);
  barriers.push(...(await visitor.findBarriers(['color-contrast'])));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(PHONE);
  await visitor.picture(`phone-${name}`);
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  await page.setViewportSize(DESK);
  const faults = await visitor.takeFaults();
  expect({ path, faults, barriers, width }).toEqual({
    ...{ path, faults: [], barriers: [], width: PHONE.width },
  });
}

describe('the pages of those who are not logged in', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await world.visit('/console/login');
  });
  afterAll(() => visitor.close());

  it.each(PUBLIC)('%s', (path) => inspect(visitor, path));
});

describe('the pages of a team', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await world.visit('/console/login');
    await logIn(visitor, customer.email, PASSWORD);
  });
  afterAll(() => visitor.close());

  it.each(TEAM)('%s', (path) => inspect(visitor, path));
});

describe('the pages of staff', () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await world.visit('/console/staff/login');
    await logIn(visitor, staff.email, STAFF_PASSWORD);
  });
  afterAll(() => visitor.close());

  it.each(STAFF)('%s', (path) => inspect(visitor, path));
  it('staff/businesses/{id}', () =>
    inspect(visitor, `staff/businesses/${customer.business.id}`, 'staff-business'));
});

/** Compressed, as they are sent: what a browser loads until a page is shown. */
async function weigh(visitor: Visitor): Promise<{ scriptKb: number; styleKb: number }> {
  const urls = await visitor.page.evaluate<string[]>(
    `performance.getEntriesByType('resource').map(({ name }) => name)`,
  );
  const sizeOf = (kind: string) =>
    urls
      .filter((url) => url.endsWith(kind))
      .map((url) => statSync(join('dist/console/assets', `${basename(url)}.gz`)).size)
      .reduce((sum, size) => sum + size, 0);
  return { scriptKb: sizeOf('.js') / 1000, styleKb: sizeOf('.css') / 1000 };
}

it('a first load is at most 250 kB of script and 40 kB of style', async () => {
  const visitor = await world.visit('/console/login');
  await logIn(visitor, customer.email, PASSWORD);
  await visitor.goTo('/console/');
  await visitor.page.locator('.chart').first().waitFor();
  const { scriptKb, styleKb } = await weigh(visitor);
  await visitor.close();
  process.stderr.write(`first load: ${scriptKb} kB of script, ${styleKb} kB of style\n`);
  expect(scriptKb).toBeGreaterThan(50);
  expect(scriptKb).toBeLessThanOrEqual(250);
  expect(styleKb).toBeLessThanOrEqual(40);
});
