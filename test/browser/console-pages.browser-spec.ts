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
  'plan',
  'billing',
  'history',
  'audit-log',
  'support-sessions',
  'account',
  'settings',
  'nowhere',
];
const STAFF = [
  'staff',
  'staff/plans',
  'staff/features',
  'staff/service-keys',
  'staff/jobs',
  'staff/webhook-inbox',
  'staff/health',
  'staff/audit-log',
];
const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;

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
  await visitor.page.waitForSelector('.side');
  await visitor.settle();
}

async function inspect(visitor: Visitor, path: string, look: string): Promise<void> {
  await visitor.goTo(`/console/${path}`);
  await visitor.picture(`${look}-${path.replaceAll('/', '-') || 'overview'}`);
  const width = await visitor.page.evaluate<number>('document.documentElement.scrollWidth');
  expect({
    path,
    faults: await visitor.takeFaults(),
    barriers: await visitor.findBarriers(),
    isTooWide: width > visitor.page.viewportSize()!.width,
  }).toEqual({ path, faults: [], barriers: [], isTooWide: false });
}

describe.each(LOOKS)('$name', ({ name, ...look }) => {
  it('the pages of those who are not logged in', async () => {
    const visitor = await world.visit('/console/login', look);
    for (const path of PUBLIC) await inspect(visitor, path, name);
    await visitor.close();
  });

  it('the pages of a team', async () => {
    const visitor = await world.visit('/console/login', look);
    await logIn(visitor, customer.email, PASSWORD);
    for (const path of TEAM) await inspect(visitor, path, name);
    await visitor.close();
  });

  it('the pages of staff', async () => {
    const visitor = await world.visit('/console/staff/login', look);
    await logIn(visitor, staff.email, STAFF_PASSWORD);
    for (const path of [...STAFF, `staff/businesses/${customer.business.id}`])
      await inspect(visitor, path, name);
    await visitor.close();
  });
});
