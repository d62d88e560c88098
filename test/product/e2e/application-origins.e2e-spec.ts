import { newId } from '../../../src/common/ids';
import type { ApplicationResponse } from '../../../src/product/applications/dto/application.response';
import { signUp, type Customer } from '../../support/customers';
import { expectFaults, expectProblem } from '../../support/problems';
import { changeSubscription } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* The origins that an application of the platform web carries. What they open is in edge-cors-applications. */

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
  await changeSubscription(server.database, customer.business.id, { planSlug: 'pro' });
});

const create = (fields: object) =>
  server.post('/v1/applications', customer.token, { name: 'Page', platform: 'web', ...fields });
const patch = (id: string, fields: object) =>
  server.patch(`/v1/applications/${id}`, customer.token, fields);

async function createWeb(origins: string[]): Promise<ApplicationResponse> {
  const answer = await create({ origins });
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.body as ApplicationResponse;
}

function many(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `https://page-${number}.example`);
}

describe('an origin', () => {
  it.each([
    'https://app.example',
    'https://app.example:8443',
    'https://xn--mller-kva.example',
    'https://192.0.2.1',
    'https://[2001:db8::1]:8443',
    'http://localhost',
    'http://localhost:5173',
    'http://shop.localhost:5173',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
  ])('may be %s', async (origin) => {
    expect((await createWeb([origin])).origins).toEqual([origin]);
  });

  it.each([
    'http://app.example',
    'http://localhost.example',
    'https://app.example/',
    'https://app.example/path',
    'https://app.example?query',
    'https://app.example#part',
    'https://app.example:443',
    'http://localhost:80',
    'https://APP.example',
    'HTTPS://app.example',
    'https://müller.example',
    'https://user@app.example',
    'https://*.example',
    'https://*',
    '*',
    'null',
    '',
    ' https://app.example',
    'https://app.example ',
    'https://app.example, https://b.example',
    'app.example',
    '//app.example',
    'ftp://app.example',
    'file://',
    'chrome-extension://abcdefghijklmnop',
    'javascript:alert(1)',
    'https://',
    'https://app .example',
    'https://a\u0000b.example',
  ])('may not be %j', async (origin) => {
    const { id } = await createWeb([]);
    expectFaults(await create({ origins: ['https://good.example', origin] }), '/origins');
    expectFaults(await patch(id, { origins: [origin] }), '/origins');
  });

  it.each([[null], ['https://app.example'], [[7]], [[null]], [[['https://app.example']]], [{}]])(
    'is an entry of a list: not %j',
    async (origins) => {
      expectFaults(await create({ origins }), '/origins');
    },
  );
});

describe('the origins of an application', () => {
  it('are 20 at most, each once', async () => {
    expect((await createWeb(many(20))).origins).toEqual(many(20));
    expectFaults(await create({ origins: many(21) }), '/origins');
    expect((await createWeb([...many(2), ...many(2)])).origins).toEqual(many(2));
  });

  it.each(['ios', 'android', null])('are of the platform web, not of %s', async (platform) => {
    expectFaults(await create({ platform, origins: many(1) }), '/origins');
    const answer = await create({ platform, origins: [] });
    const { id } = answer.body as ApplicationResponse;
    expectFaults(await patch(id, { origins: many(1) }), '/origins');
    const both = await patch(id, { origins: many(1), platform: 'web' });
    expect(both.body).toMatchObject({ platform: 'web', origins: many(1) });
  });

  it.each(['ios', null])('keep the platform from becoming %s', async (platform) => {
    const { id } = await createWeb(many(1));
    expectFaults(await patch(id, { platform }), '/platform');
    const both = await patch(id, { platform, origins: [] });
    expect(both.body).toMatchObject({ platform, origins: [] });
  });

  it('are refused before the plan is asked, and after the application is', async () => {
    await changeSubscription(server.database, customer.business.id, { planSlug: 'free' });
    await createWeb([]);
    expectFaults(await create({ platform: 'ios', origins: many(1) }), '/origins');
    expectProblem(await create({ origins: many(1) }), 402, 'limit_reached');
    expectProblem(await patch(newId(), { origins: many(1) }), 404, 'application_not_found');
  });
});
