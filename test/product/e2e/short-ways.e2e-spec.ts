import { gzipSync } from 'node:zlib';
import { IdempotencyInterceptor } from '../../../src/platform/http/idempotency/idempotency.interceptor';
import { RouteTable } from '../../../src/platform/http/route-table';
import { signUp, type Customer } from '../../support/customers';
import { BODY_LIMIT_BYTES, bearer, JSON_TYPE, type Headers } from '../../support/edge';
import { comparable, type Answer } from '../../support/problems';
import { sendRaw } from '../../support/raw-http';
import { createServiceKey } from '../../support/service-keys';
import { addStaff, openSupport, type StaffMember } from '../../support/staff';
import { FREE_RECORDINGS } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { insertFeature } from '../../support/usage';
import { storeRecordings } from '../support/recordings';

/* Hot routes answer the same on their short way as on Nest's: the same requests take both, for a business each. */

interface Party {
  customer: Customer;
  service: string;
  support: string;
}

interface Sent {
  method?: string;
  path: string;
  headers?: Headers;
  body?: string | Buffer;
}

let server: TestApplication;
let staff: StaffMember;
beforeAll(async () => {
  server = await TestApplication.start({ rateLimitRequests: 100_000 });
  await insertFeature(server.database, 'exports', 'metered', 'period');
  const limit = { exports: { limit: 2, mode: 'hard' } };
  const grants = [JSON.stringify(limit)];
  await server.database.query('UPDATE plans SET grants = grants || $1::jsonb', grants);
  staff = await addStaff(server);
});
afterAll(() => server.stop());
afterEach(() => jest.restoreAllMocks());

async function aParty(): Promise<Party> {
  const customer = await signUp(server);
  const { key: service } = await createServiceKey(server, staff);
  const { token: support } = await openSupport(server, staff, customer);
  return { customer, service, support };
}

/** Sends one after the other, and says what was answered. */
async function answersTo(party: Party, requests: Sent[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const request of requests) answers.push(await sendRaw(server.url, request));
  return answers.map((answer) => withoutNames(comparable(answer), party));
}

/** Ids, moments and what is left of a limit differ from one business to the other. */
function withoutNames(answer: Answer, { customer }: Party): Answer {
  const text = JSON.stringify(answer)
    .replace(/\\"[\w-]{43}\\"/g, '<tag>')
    .replaceAll(customer.email, '<email>')
    .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<moment>')
    .replace(/;r=\d+;t=\d+/g, ';r=<rest>;t=<seconds>');
  return JSON.parse(text) as Answer;
}

async function onNestsWay<T>(of: TestApplication, work: () => Promise<T>): Promise<T> {
  const { shortWays } = of.app.get(RouteTable);
  const kept = [...shortWays];
  shortWays.clear();
  try {
    return await work();
  } finally {
    for (const [action, way] of kept) shortWays.set(action, way);
  }
}

const recording = (changes: object = {}) =>
  JSON.stringify({
    ...{ externalId: 'r1', startedAt: '2026-01-01T00:00:00Z', durationMs: 5 },
    ...{ device: { model: 'Pixel 9', of: 'newer' }, metadata: { a: [1, { b: null }] } },
    ...changes,
  });

const recordings = '/v1/recordings';
const status = '/v1/sdk/status';
const post = (path: string, token: string, body: string | Buffer, more: Headers = []): Sent => ({
  ...{ method: 'POST', path, body },
  headers: [...bearer(token), ...JSON_TYPE, ...more],
});
const record =
  (body: string | Buffer, more: Headers = []) =>
  (party: Party) => [post(recordings, party.customer.key, body, more)];
const batch = (items: unknown[]) => (party: Party) => [
  post(`${recordings}/batch`, party.customer.key, JSON.stringify({ recordings: items })),
];
const event =
  (changes: object = {}) =>
  ({ customer, service }: Party) => [
    post(
      '/v1/usage-events',
      service,
      JSON.stringify({
        ...{ businessId: customer.business.id, feature: 'exports', eventId: 'e1', amount: 1 },
        ...changes,
      }),
    ),
  ];
const me =
  (token: (party: Party) => string, more: Headers = []) =>
  (party: Party) => [{ path: '/v1/me', headers: [...bearer(token(party)), ...more] }];
const twice = (requests: (party: Party) => Sent[]) => (party: Party) => [
  ...requests(party),
  ...requests(party),
];

const CASES: [name: string, requests: (party: Party) => Sent[], statuses: number[]][] = [
  ['a recording', record(recording()), [201]],
  ['a recording sent again', twice(record(recording())), [201, 200]],
  [
    'another with the same external id',
    (party) => [...record(recording())(party), ...record(recording({ durationMs: 6 }))(party)],
    [201, 409],
  ],
  ['one with a key', twice(record(recording(), [['idempotency-key', 'k1']])), [201, 201]],
  ['an empty key', record(recording(), [['idempotency-key', '']]), [422]],
  ['a gzip body', record(gzipSync(recording()), [['content-encoding', 'gzip']]), [201]],
  ['another coding', record(recording(), [['content-encoding', 'br']]), [415]],
  ['a page of another origin', record(recording(), [['origin', 'https://a.example']]), [201]],
  ['a missing field', record('{}'), [422]],
  ['an unknown field', record(recording({ colour: 'red' })), [422]],
  ['fields of a wrong type', record(recording({ durationMs: '5', device: 7 })), [422]],
  ['an unknown application', record(recording({ applicationId: crypto.randomUUID() })), [404]],
  ['broken JSON', record('{"externalId": '), [400]],
  ['a key twice in JSON', record('{"externalId":"a","externalId":"b"}'), [400]],
  ['a list for a body', record('[]'), [422]],
  ['no body', record(''), [422]],
  ['a body that is too large', record(' '.repeat(BODY_LIMIT_BYTES + 1)), [413]],
  [
    'another type of content',
    ({ customer }) => [
      {
        ...{ method: 'POST', path: recordings, body: recording() },
        headers: [...bearer(customer.key), ['content-type', 'text/plain']],
      },
    ],
    [415],
  ],
  [
    'a parameter of the query',
    ({ customer }) => [post(`${recordings}?dry=1`, customer.key, recording())],
    [422],
  ],
  [
    'no credential',
    () => [{ method: 'POST', path: recordings, headers: JSON_TYPE, body: recording() }],
    [401],
  ],
  ['an unknown token', () => [post(recordings, `tnk_${'a'.repeat(46)}`, recording())], [401]],
  ['a session', ({ customer }) => [post(recordings, customer.token, recording())], [403]],
  ['a service key', ({ service }) => [post(recordings, service, recording())], [403]],
  ['a session of staff', () => [post(recordings, staff.token, recording())], [403]],
  [
    'another method',
    ({ customer }) => [{ ...post(recordings, customer.key, ''), method: 'PUT' }],
    [405],
  ],
  ['a batch', batch([JSON.parse(recording()), {}, JSON.parse(recording()), 7]), [200]],
  ['an empty batch', batch([]), [422]],
  ['an event', twice(event()), [201, 200]],
  ['an event over the limit', event({ amount: 3 }), [402]],
  ['an event of no business', event({ businessId: undefined }), [422]],
  ['an event of an unknown business', event({ businessId: crypto.randomUUID() }), [404]],
  ['an event with a bad amount', event({ amount: 0 }), [422]],
  ['me', me(({ customer }) => customer.token), [200]],
  ['me in support', me(({ support }) => support), [200]],
  ['me with a key', me(({ customer }) => customer.key), [403]],
  [
    'me with a body',
    (party) =>
      me(({ customer }) => customer.token)(party).map((one) => ({ ...one, body: '{"a":1}' })),
    [200],
  ],
  [
    'me by HEAD',
    (party) =>
      me(({ customer }) => customer.token)(party).map((one) => ({ ...one, method: 'HEAD' })),
    [200],
  ],
];

const read =
  (path: string, token: (party: Party) => string = ({ customer }) => customer.token) =>
  (party: Party) => [{ path, headers: bearer(token(party)) }];
const ofBusiness = (path: string) => (party: Party) => [
  {
    path: `${path}?businessId=${party.customer.business.id}`,
    headers: bearer(party.service),
  },
];
const explain = '/v1/usage/recordings/explain';

const READS: typeof CASES = [
  ['usage', read('/v1/usage'), [200]],
  ['usage for a service key', ofBusiness('/v1/usage'), [200]],
  ['usage for a service key of no business', read('/v1/usage', ({ service }) => service), [422]],
  ['usage with a parameter', read('/v1/usage?all=1'), [422]],
  ['usage in support', read('/v1/usage', ({ support }) => support), [200]],
  [
    'an explanation',
    (party) => [...record(recording())(party), ...read(explain)(party)],
    [201, 200],
  ],
  ['an explanation for a service key', ofBusiness(explain), [200]],
  [
    'recordings',
    (party) => [...record(recording())(party), ...read(recordings)(party)],
    [201, 200],
  ],
  ['recordings with filters', read(`${recordings}?limit=1&from=2026-01-01T00:00:00Z`), [200]],
  ['recordings with a bad limit', read(`${recordings}?limit=0&cursor=!`), [422]],
  ['recordings with an unknown filter', read(`${recordings}?colour=red`), [422]],
  ['entitlements', read('/v1/entitlements'), [200]],
  ['entitlements for a key', read('/v1/entitlements', ({ customer }) => customer.key), [200]],
  ['entitlements for a service key', ofBusiness('/v1/entitlements'), [200]],
  ['entitlements in support', read('/v1/entitlements', ({ support }) => support), [200]],
  ['entitlements with a parameter', read('/v1/entitlements?all=1'), [422]],
  [
    'entitlements that the client has',
    (party) =>
      read('/v1/entitlements')(party).map((one) => ({
        ...one,
        headers: [...one.headers, ['if-none-match', '*']],
      })),
    [304],
  ],
  ['the status of an SDK', read(status, ({ customer }) => customer.key), [200]],
  ['the status for a person', read(status), [403]],
  ['the status with a parameter', read(`${status}?a=1`, ({ customer }) => customer.key), [422]],
  ['recordings for a key', read(recordings, ({ customer }) => customer.key), [403]],
];

it.each([...CASES, ...READS])(
  '%s is answered the same on both ways',
  async (_, requests, statuses) => {
    const [one, other] = [await aParty(), await aParty()];
    const short = await answersTo(one, requests(one));
    const nests = await onNestsWay(server, () => answersTo(other, requests(other)));
    expect(short.map(({ status }) => status)).toEqual(statuses);
    expect(short).toEqual(nests);
  },
);

it('a business at its limit is refused the same on both ways', async () => {
  const [one, other] = [await aParty(), await aParty()];
  for (const { customer } of [one, other]) await storeRecordings(server, customer, FREE_RECORDINGS);
  const short = await answersTo(one, record(recording())(one));
  const nests = await onNestsWay(server, () => answersTo(other, record(recording())(other)));
  expect(short[0]!.status).toBe(402);
  expect(short).toEqual(nests);
});

it('a caller past the rate limit is refused the same on both ways', async () => {
  const limited = await TestApplication.start({ rateLimitRequests: 3 }, server.database);
  const ask = async ({ token }: Customer) => {
    const answers = [];
    for (let count = 0; count < 4; count += 1) answers.push(await limited.get('/v1/me', token));
    return answers.map(({ status, headers }) => [status, headers['ratelimit-policy']]);
  };
  try {
    const short = await ask(await signUp(server));
    const nests = await onNestsWay(limited, async () => ask(await signUp(server)));
    expect(short.map(([status]) => status)).toEqual([200, 200, 200, 429]);
    expect(short).toEqual(nests);
  } finally {
    await limited.app.close();
  }
});

it('the hot routes take their short way, and Nest its own for requests with a key', async () => {
  const nests = jest.spyOn(IdempotencyInterceptor.prototype, 'intercept');
  const party = await aParty();
  nests.mockClear();
  const reads = ['/v1/me', '/v1/usage', '/v1/entitlements', explain, recordings].map((path) =>
    read(path),
  );
  const ofSdk = read(status, ({ customer }) => customer.key);
  const hot = [record(recording()), batch([{}]), event(), ofSdk, ...reads];
  for (const requests of hot) await answersTo(party, requests(party));
  expect(nests).not.toHaveBeenCalled();
  await answersTo(party, record(recording(), [['idempotency-key', 'k2']])(party));
  expect(nests).toHaveBeenCalledTimes(1);
});
