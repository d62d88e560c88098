import type { LoginResponse } from '../../../src/modules/accounts/dto/account.responses';
import type { DemoBusinessResponse } from '../../../src/product/seed/dto/demo-business';
import { listRows } from '../../support/architecture/rows';
import { expectProblem } from '../../support/problems';
import { TestApplication } from '../../support/test-application';

/* A business to look around in, which the console offers in development. */

const PATH = '/v1/demo/businesses';
const DAY_MS = 86_400_000;

let server: TestApplication;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());

const daysBefore = (moment: string): string =>
  new Date(Date.parse(moment) - 29 * DAY_MS).toISOString().slice(0, 10);

it('is active, and its days add up to what it has used', async () => {
  const answer = await server.post(PATH).expect(201);
  const { email, password, businessName } = answer.body as DemoBusinessResponse;
  const loggedIn = await server.post('/v1/auth/login', undefined, { email, password }).expect(200);
  const { business, session } = loggedIn.body as LoginResponse;
  expect(business?.name).toBe(businessName);
  const subscription = await server.get('/v1/subscription', session.token).expect(200);
  expect(subscription.body).toMatchObject({ status: 'active' });

  const { currentPeriod } = subscription.body as { currentPeriod: { start: string } };
  const range = `from=${daysBefore(currentPeriod.start)}&to=${currentPeriod.start.slice(0, 10)}`;
  const history = await server.get(`/v1/usage/recordings/history?${range}`, session.token);
  expect((history.body as { data: object[] }).data.length).toBeGreaterThan(0);
  const [sums] = await server.database.query(
    `SELECT (SELECT count(*)::integer FROM recordings WHERE business_id = $1) AS rows,
            (SELECT sum(used)::integer FROM usage_days WHERE business_id = $1) AS days`,
    [business!.id],
  );
  expect(sums).toEqual({ rows: 9_000, days: 9_000 });
});

it('is another one each time', async () => {
  const answers = [await server.post(PATH), await server.post(PATH)];
  const emails = answers.map(({ body }) => (body as DemoBusinessResponse).email);
  expect(new Set(emails).size).toBe(2);
});

it('does not exist in production', async () => {
  const production = await TestApplication.start({ environment: 'production' });
  const before = await listRows(production.database);
  expectProblem(await production.post(PATH), 404, 'route_not_found');
  expect(await listRows(production.database)).toEqual(before);
  await production.stop();
});
