import { Tenantry, usageEventQueue, type QueueEvent, type UsageEvent } from '@tenantry/client';
import { signUp, type Customer } from '../support/customers';
import { createServiceKey } from '../support/service-keys';
import { addStaff, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { insertFeature } from '../support/usage';

/* The client's queue of usage events against the server itself. */

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let client: Tenantry;
beforeAll(async () => {
  server = await TestApplication.start();
  staff = await addStaff(server);
  await insertFeature(server.database, 'exports', 'metered', 'period');
  await insertFeature(server.database, 'calls', 'metered', 'period');
  const { key } = await createServiceKey(server, staff);
  client = new Tenantry({ baseUrl: server.url, token: key });
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
  for (const [feature, limit] of Object.entries({ exports: 10, calls: 1_000 })) {
    const path = `/v1/staff/businesses/${customer.business.id}/entitlements/${feature}`;
    const grant = { limit, mode: 'hard', reason: 'For the test' };
    expect((await server.send('put', path, staff.token).send(grant)).status).toBe(200);
  }
});

async function usedOf(feature: string): Promise<number> {
  const answer = await server.get(`/v1/usage/${feature}`, customer.token);
  return (answer.body as { used: number }).used;
}

it('counts each event once, and a used up feature stops no other', async () => {
  const events: QueueEvent<UsageEvent>[] = [];
  let asked = 0;
  const losing: typeof fetch = async (...parameters) => {
    const answer = await fetch(...parameters);
    if ((asked += 1) % 2 === 1) throw new TypeError('the connection was cut');
    return answer;
  };
  const queue = usageEventQueue(client.with({ fetch: losing }), {
    onEvent: (event) => void events.push(event),
  });
  const businessId = customer.business.id;
  for (let made = 0; made < 30; made += 1) {
    queue.add({ businessId, feature: 'exports', amount: 1 });
    queue.add({ businessId, feature: 'calls', amount: 2 });
  }
  for (let tries = 0; queue.size > 20 && tries < 20; tries += 1) await queue.resume();
  await queue.close();
  expect([await usedOf('exports'), await usedOf('calls')]).toEqual([10, 60]);
  expect(queue.size).toBe(20);
  const stops = events.flatMap((event) => (event.kind === 'stopped' ? [event.lane] : []));
  expect(new Set(stops)).toEqual(new Set([`${businessId} exports`]));
});
