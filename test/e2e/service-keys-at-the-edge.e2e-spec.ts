import type { Response } from 'supertest';
import { signUp, type Customer } from '../support/customers';
import { expectProblem, type Answer } from '../support/problems';
import { tally } from '../support/race';
import { sendRaw } from '../support/raw-http';
import { createServiceKey } from '../support/service-keys';
import { addStaff, type StaffMember } from '../support/staff';
import { statementsOf } from '../support/statement-counter';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import { METERED } from '../product/description';

/* What a service key meets before its route: browsers, the limits of key and business, and no query. */

const ORIGIN = 'https://app.example';
const CHECK = '/v1/entitlements/check';
const LIMIT = 5;

let server: TestApplication;
let elsewhere: TestApplication;
let limited: TestApplication;
let staff: StaffMember;
let customer: Customer;
let key: string;
beforeAll(async () => {
  server = await TestApplication.start({ corsOrigins: [ORIGIN] });
  elsewhere = await TestApplication.start({}, server.database);
  limited = await TestApplication.start({ rateLimitRequests: LIMIT }, server.database);
  staff = await addStaff(server);
  customer = await signUp(server);
  ({ key } = await createServiceKey(server, staff));
});
afterAll(async () => {
  await limited.app.close();
  await elsewhere.app.close();
  await server.stop();
});

function ask(to: TestApplication, token: string, { business } = customer): Promise<Response> {
  const body = { businessId: business.id, feature: METERED };
  return Promise.resolve(to.post(CHECK, token, body));
}

/** Each after the answer to the one before: at once, a busy machine refuses some for want of a connection. */
async function inTurn(
  count: number,
  run: (index: number) => Promise<Response>,
): Promise<Response[]> {
  const answers: Response[] = [];
  while (answers.length < count) answers.push(await run(answers.length));
  return answers;
}

/** Of a feature that is none: each is decided, by its business first. */
function eventsOf(businessId: string, count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ businessId, feature: 'nothing', eventId: `event-${index}`, amount: 1 },
  }));
}

function corsOf({ headers }: Pick<Answer, 'headers'>): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'));
}

describe('a page', () => {
  it.each([ORIGIN, 'https://evil.example', 'null', ''])(
    'of the origin "%s" gets nothing done with a service key, and cannot read why',
    async (origin) => {
      const body = { businessId: customer.business.id, feature: METERED };
      const answer = await server.post(CHECK, key, body).set('origin', origin);
      expectProblem(answer, 403, 'not_for_browsers');
      expect(corsOf(answer)).toEqual([]);
    },
  );

  it('is not told by CORS that the routes of service keys are there', async () => {
    const headers: [string, string][] = [
      ['origin', ORIGIN],
      ['access-control-request-method', 'POST'],
    ];
    const asked = await sendRaw(server.url, { method: 'OPTIONS', path: CHECK, headers });
    expectProblem(asked, 405, 'method_not_allowed');
    expect(corsOf(asked)).toEqual([]);
  });

  it('with the session of a person is refused like any other of the wrong kind', async () => {
    const answer = await server.post(CHECK, customer.token, {}).set('origin', ORIGIN);
    expectProblem(answer, 403, 'wrong_credential_kind');
    expect(corsOf(answer)).toEqual([]);
  });
});

describe('a service key', () => {
  it('and the business that it names are known without a query', async () => {
    for (const each of [server, elsewhere])
      await until('only the transaction of the answer is left', async () => {
        const { work } = await statementsOf(() => ask(each, key));
        return !work.some((text) => /token_hash|FROM "businesses"/.test(text));
      });
  });

  it('that is revoked on one replica is refused on the other', async () => {
    const { id, key: revoked } = await createServiceKey(server, staff);
    expect((await ask(elsewhere, revoked)).status).toBe(200);
    await server.delete(`/v1/staff/service-keys/${id}`, staff.token);
    await until('it is refused', async () => (await ask(elsewhere, revoked)).status === 401);
  });

  it('has a limit of requests, for all businesses together', async () => {
    const { key: busy } = await createServiceKey(server, staff);
    const customers = [customer, await signUp(server)];
    const answers = await inTurn(LIMIT + 3, (index) => ask(limited, busy, customers[index % 2]));
    expect(tally(answers)).toEqual({ 200: LIMIT, 429: 3 });
  });

  it('shares the limit of a business with other service keys', async () => {
    const busy = await signUp(server);
    const keys = await Promise.all([1, 2, 3].map(() => createServiceKey(server, staff)));
    for (const each of keys) await ask(limited, each.key);
    const answers = await inTurn(LIMIT + 3, (index) => ask(limited, keys[index % 3]!.key, busy));
    expect(tally(answers)).toEqual({ 200: LIMIT, 429: 3 });
    const served = answers.find(({ status }) => status === 200)!;
    expect(served.headers['ratelimit-policy']).toBe('"default";q=5;w=60, "business";q=5;w=60');
    const refused = answers.find(({ status }) => status === 429)!;
    expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('counts a hundred events of a batch as a request, for the key and for each business', async () => {
    const [busy, quiet] = [(await signUp(server)).business.id, (await signUp(server)).business.id];
    const [first, second] = [
      await createServiceKey(server, staff),
      await createServiceKey(server, staff),
    ];
    for (const each of [first, second]) await ask(limited, each.key); // the first request of each
    const send = (token: string, ...counts: [businessId: string, count: number][]) =>
      limited.post('/v1/usage-events/batch', token, {
        events: counts.flatMap(([businessId, count]) => eventsOf(businessId, count)),
      });
    const statuses = ({ body }: Response) => tally((body as { results: Response[] }).results);
    expect(statuses(await send(first.key, [busy, 300], [quiet, 50]))).toEqual({ 404: 350 });
    expectProblem(await send(first.key, [quiet, 1]), 429, 'rate_limited');
    expect(statuses(await send(second.key, [busy, 201], [quiet, 1]))).toEqual({ 404: 1, 429: 201 });
  });
});
