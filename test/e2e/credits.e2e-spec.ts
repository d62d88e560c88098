import type { Response } from 'supertest';
import { PLATFORM_ID } from '../../src/common/ids';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import type { CreditResponse } from '../../src/modules/entitlements/dto/credit';
import { aRecording, signUp, type Customer } from '../support/customers';
import { OwnSubscription } from '../support/life-cycle';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../support/pages';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { sendRecording, storeRecording, storeRecordings } from '../product/support/recordings';
import {
  addStaff,
  askForCredit,
  assignPlan,
  grantCredit,
  makePlan,
  readAuditLog,
  REASON,
  type StaffMember,
} from '../support/staff';
import {
  FREE_PERIOD_MS,
  LONG_SESSIONS,
  ONE_DAY_MS,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* Recordings that staff give a business beside its plan: spent after the plan's allowance, until used or expired. */

const LIMIT = 2;

let server: TestApplication;
let staff: StaffMember;
let small: PlanResponse;
let customer: Customer;
let own: OwnSubscription;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
  small = await makePlan(server, staff, {
    limits: { recordings: LIMIT, applications: 1, seats: 3 },
  });
});
afterAll(() => server.stop());
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
  own = new OwnSubscription(server, customer);
  await assignPlan(server, staff, customer, small);
});

function creditsOf({ business }: Pick<Customer, 'business'> = customer): string {
  return `/v1/staff/businesses/${business.id}/credits`;
}

function grant(amount: number, expiresAt?: Date): Promise<CreditResponse> {
  return grantCredit(server, staff, customer, amount, expiresAt);
}

function asStaff(path: string): Promise<Response> {
  return Promise.resolve(server.get(path, staff.token));
}

/** The newest first. */
async function list(): Promise<CreditResponse[]> {
  return (await walkPages<CreditResponse>(asStaff, creditsOf(), 100)).flat();
}

async function read({ id }: CreditResponse): Promise<CreditResponse> {
  return (await list()).find((credit) => credit.id === id)!;
}

function askToVoid(id: string): Promise<Response> {
  return Promise.resolve(server.delete(`${creditsOf()}/${id}`, staff.token));
}

function store(count: number): Promise<string[]> {
  return storeRecordings(server, customer, count);
}

async function bodyAt(path: string, token: string): Promise<Record<string, unknown>> {
  const answer = await server.get(path, token);
  expect(answer.status).toBe(200);
  return answer.body as Record<string, unknown>;
}

/** All who tell of it say the same. */
async function expectUsage(used: number, remaining: number | null, credits: number): Promise<void> {
  const expected = { used, remaining, credits };
  const { recordings } = (await own.read()).usage;
  expect(recordings).toMatchObject(expected);
  expect((await bodyAt('/v1/usage', customer.token)).recordings).toEqual(recordings);
  expect(await bodyAt('/v1/sdk/status', customer.key)).toEqual({
    recording: remaining !== 0,
    reason: remaining === 0 ? 'quota_exceeded' : null,
    usage: recordings,
  });
}

/** A moment, by the clock that the server goes by. */
async function later(milliseconds: number): Promise<Date> {
  const [row] = await server.database.query<{ now: Date }>('SELECT now()');
  return new Date(server.clock.at(row!.now).getTime() + milliseconds);
}

describe('a credit', () => {
  it('is granted and listed, the newest first', async () => {
    const expiresAt = await later(ONE_DAY_MS);
    const first = await grant(5, expiresAt);
    expect(first).toEqual({
      ...{ id: expect.any(String) as string, feature: 'recordings', amount: 5 },
      ...{ spent: 0, remaining: 5, reason: REASON, grantedBy: staff.email },
      ...{ createdAt: expect.any(String) as string, expiresAt: expiresAt.toISOString() },
      voidedAt: null,
    });
    const second = await grant(1_000_000_000);
    expect(second).toMatchObject({ amount: 1_000_000_000, expiresAt: null });
    expect(await list()).toEqual([second, first]);
    const pages = await walkPages<CreditResponse>(asStaff, creditsOf(), 1);
    expect(pages.flat()).toEqual([second, first]);
    await expectUsage(0, LIMIT + 1_000_000_005, 1_000_000_005);
  });

  it('is spent after the plan’s allowance, one a recording, and then the quota is out', async () => {
    const credit = await grant(3);
    for (let used = 1; used <= LIMIT + 3; used += 1) {
      const credits = Math.min(3, LIMIT + 3 - used);
      const { usage } = await storeRecording(server, customer);
      expect(usage).toMatchObject({ used, limit: LIMIT, remaining: LIMIT + 3 - used, credits });
      await expectUsage(used, LIMIT + 3 - used, credits);
    }
    const refused = await sendRecording(server, customer);
    expect(expectProblem(refused, 402, 'quota_exceeded')).toMatchObject({
      ...{ feature: 'recordings', used: LIMIT + 3, limit: LIMIT, remaining: 0 },
    });
    expect(await read(credit)).toMatchObject({ amount: 3, spent: 3, remaining: 0 });
    expect(await own.verify()).toEqual({ counter: LIMIT + 3, rows: LIMIT + 3, equal: true });
  });

  it('that expires first is spent first, and those that never do last', async () => {
    const never = await grant(1);
    const late = await grant(2, await later(3 * ONE_DAY_MS));
    const soon = await grant(1, await later(ONE_DAY_MS));
    const spent = async () => (await list()).reverse().map((credit) => credit.spent);
    await store(LIMIT);
    expect(await list()).toEqual([soon, late, never]);
    const seen: number[][] = [];
    for (let times = 0; times < 4; times += 1) {
      await store(1);
      seen.push(await spent());
    }
    expect(seen).toEqual([
      [0, 0, 1],
      [0, 1, 1],
      [0, 2, 1],
      [1, 2, 1],
    ]);
  });

  it('is spent by batches, over several credits, to the last', async () => {
    await grant(1);
    await grant(2);
    const recordings = Array.from({ length: LIMIT + 4 }, () => aRecording());
    const batch = await server.post('/v1/recordings/batch', customer.key, { recordings });
    const { results } = batch.body as { results: { status: number }[] };
    const statuses = results.map(({ status }) => status);
    expect(statuses).toEqual([...Array<number>(LIMIT + 3).fill(201), 402]);
    expect((await list()).map(({ spent }) => spent)).toEqual([2, 1]);
  });

  it('opens a quota that is out, at once', async () => {
    await store(LIMIT);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    await grant(1);
    await store(1);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
  });

  it('expires by the clock: what is not spent is lost', async () => {
    const credit = await grant(3, await later(ONE_DAY_MS));
    await store(LIMIT + 1);
    await expectUsage(LIMIT + 1, 2, 2);
    server.clock.moveBy(ONE_DAY_MS);
    await expectUsage(LIMIT + 1, 0, 0);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    staff = await addStaff(server);
    expect(await read(credit)).toMatchObject({ spent: 1, remaining: 0, voidedAt: null });
  });

  it('survives the renewal; what was spent counts in its period and no longer', async () => {
    await grant(3);
    await store(LIMIT + 1);
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    await expectUsage(0, LIMIT + 2, 2);
    await store(LIMIT + 2);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    expect(await own.verify()).toMatchObject({ counter: LIMIT + 2, equal: true });
  });

  it('stays spent, and what is left stays, when the plan changes', async () => {
    await grant(3);
    await store(LIMIT + 1);
    const weekly = await makePlan(server, staff, {
      ...{ interval: { unit: 'week', count: 1 }, limits: small.limits },
    });
    const { usageAfter } = await own.preview({ planId: weekly.id });
    expect(usageAfter.recordings).toMatchObject({ used: LIMIT + 1, remaining: 2, credits: 2 });
    await own.act('change', { planId: weekly.id });
    await expectUsage(LIMIT + 1, 2, 2);
    await own.act('cancel', { when: 'now' });
    await own.act('change', { planId: weekly.id });
    await expectUsage(LIMIT + 1, 2, 2);
    await store(2);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    expect(await own.verify()).toMatchObject({ counter: LIMIT + 3, equal: true });
  });

  it.each([
    ['the same', { unit: 'day', count: 15 }],
    ['another', { unit: 'week', count: 1 }],
  ])(
    'leaves a larger plan of %s interval the allowance that it did not take',
    async (_, interval) => {
      const larger = await makePlan(server, staff, {
        ...{ interval, limits: { recordings: LIMIT + 3, applications: 1, seats: 3 } },
      });
      await grant(3);
      await store(LIMIT + 1);
      await own.act('change', { planId: larger.id });
      await expectUsage(LIMIT + 1, 3 + 2, 2);
      await store(3);
      expect(await list()).toMatchObject([{ spent: 1 }]);
      await store(2);
      expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
      expect(await own.verify()).toMatchObject({ counter: LIMIT + 6, equal: true });
    },
  );

  it('is not spent where the plan is unlimited', async () => {
    const unlimited = await makePlan(server, staff, {
      limits: { recordings: null, applications: null, seats: null },
    });
    await grant(2);
    await assignPlan(server, staff, customer, unlimited);
    const [, last] = [
      await storeRecording(server, customer),
      await storeRecording(server, customer),
    ];
    expect(last.usage).toMatchObject({ used: 2, limit: null, remaining: null, credits: 2 });
    await expectUsage(2, null, 2);
  });

  it('is not spent by what stores nothing', async () => {
    const credit = await grant(2);
    await store(LIMIT);
    const recording = aRecording();
    await sendRecording(server, customer, recording);
    const again = await sendRecording(server, customer, recording);
    expect(again).toMatchObject({ status: 200, body: { usage: { remaining: 1, credits: 1 } } });
    const other = await sendRecording(server, customer, { ...recording, durationMs: 7 });
    expectProblem(other, 409, 'external_id_conflict');
    const lost = await sendRecording(server, customer, aRecording({ applicationId: PLATFORM_ID }));
    expectProblem(lost, 404, 'application_not_found');
    expect(await read(credit)).toMatchObject({ spent: 1 });
    await expectUsage(LIMIT + 1, 1, 1);
  });

  it('is explained, beside the plan, in the order of spending', async () => {
    const never = await grant(5);
    const expiring = await grant(3, await later(ONE_DAY_MS));
    await grant(1, await later(1000 * ONE_DAY_MS)).then(({ id }) => askToVoid(id));
    await store(LIMIT + 1);
    const source = ({ id, expiresAt }: CreditResponse, used: number, limit: number) => ({
      ...{ kind: 'credit', id, used, limit, remaining: limit - used, expiresAt },
    });
    expect(await bodyAt('/v1/usage/recordings/explain', customer.token)).toMatchObject({
      ...{ used: LIMIT + 1, limit: LIMIT, remaining: 7, credited: 1 },
      sources: [
        { kind: 'plan', id: null, used: LIMIT, limit: LIMIT, remaining: 0, expiresAt: null },
        source(expiring, 1, 3),
        source(never, 0, 5),
      ],
    });
  });
});

describe('to void a credit', () => {
  it('takes back what is not spent; what is spent stays', async () => {
    const credit = await grant(3);
    await store(LIMIT + 1);
    const answer = await askToVoid(credit.id);
    expect([answer.status, answer.text]).toEqual([204, '']);
    const voided = await read(credit);
    expect(voided).toMatchObject({ amount: 3, spent: 1, remaining: 0 });
    expect(voided.voidedAt).not.toBeNull();
    await expectUsage(LIMIT + 1, 0, 0);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    expect((await askToVoid(credit.id)).status).toBe(204);
    expect(await read(credit)).toEqual(voided);
  });

  it('leaves the others', async () => {
    const first = await grant(3);
    await grant(2);
    await askToVoid(first.id);
    await expectUsage(0, LIMIT + 2, 2);
  });

  it('needs one of that business', async () => {
    const other = await signUp(server);
    const theirs = await grantCredit(server, staff, other, 1);
    const missing = await askToVoid(PLATFORM_ID);
    expectProblem(missing, 404, 'credit_not_found');
    for (const id of [theirs.id, 'mine'])
      expect(comparable(await askToVoid(id))).toEqual(comparable(missing));
    const { remaining } = (await walkPages<CreditResponse>(asStaff, creditsOf(other), 1))[0]![0]!;
    expect(remaining).toBe(1);
  });
});

describe('the routes of credits', () => {
  const body = { feature: 'recordings', amount: 1, reason: REASON };

  it.each<[pointer: string, wrong: object]>([
    ['/amount', { amount: 0 }],
    ['/amount', { amount: -1 }],
    ['/amount', { amount: 1.5 }],
    ['/amount', { amount: 1_000_000_001 }],
    ['/amount', { amount: 2 ** 53 }],
    ['/amount', { amount: '1' }],
    ['/amount', { amount: undefined }],
    ['/feature', { feature: 'seats' }],
    ['/feature', { feature: undefined }],
    ['/reason', { reason: '' }],
    ['/reason', { reason: undefined }],
    ['/expiresAt', { expiresAt: '2026-01-01T00:00:00.000Z' }],
    ['/expiresAt', { expiresAt: 'tomorrow' }],
    ['/spent', { spent: 0 }],
  ])('refuse at %s: %j', async (pointer, wrong) => {
    expectFaults(await askForCredit(server, staff, customer, { ...body, ...wrong }), pointer);
    expect(await list()).toEqual([]);
  });

  it('answer 404 to a business that there is not', async () => {
    const unknown = { business: { ...customer.business, id: PLATFORM_ID } };
    const answers = [
      await askForCredit(server, staff, unknown, body),
      await asStaff(creditsOf(unknown)),
      await server.delete(`${creditsOf(unknown)}/${PLATFORM_ID}`, staff.token),
    ];
    for (const answer of answers) expectProblem(answer, 404, 'business_not_found');
  });

  it('refuse everyone else', async () => {
    const { id } = await grant(1);
    for (const token of [undefined, 'tnf_nonsense', customer.token, customer.key]) {
      const isKnown = token === customer.token || token === customer.key;
      const expected: [status: number, code: string] = isKnown
        ? [403, 'wrong_credential_kind']
        : [401, 'unauthenticated'];
      expectProblem(await server.post(creditsOf(), token, body), ...expected);
      expectProblem(await server.get(creditsOf(), token), ...expected);
      expectProblem(await server.delete(`${creditsOf()}/${id}`, token), ...expected);
    }
    expect(await list()).toMatchObject([{ id, remaining: 1 }]);
  });

  it('grant once under one Idempotency-Key', async () => {
    const ask = () => server.post(creditsOf(), staff.token, body).set('idempotency-key', 'one');
    const [first, second] = [await ask(), await ask()];
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    expect(await list()).toHaveLength(1);
  });

  it('are in the audit log of the business; what is spent is not', async () => {
    const { id } = await grant(2);
    await store(LIMIT + 1);
    await askToVoid(id);
    const rows = (await readAuditLog(server, customer.token)).filter(
      ({ target }) => target.type === 'credit',
    );
    const actor = { kind: 'staff', id: staff.id, email: staff.email };
    expect(rows).toMatchObject([
      { action: 'credit.void', actor, target: { id } },
      { action: 'credit.grant', actor, target: { id }, changes: { granted: [null, 2] } },
    ]);
    expect(rows[0]!.changes).toEqual({ voidedAt: [null, expect.any(String) as string] });
  });

  it.each(BAD_LIST_QUERIES)('refuse ?%s', async (query, pointer) => {
    expectFaults(await asStaff(`${creditsOf()}?${query}`), pointer);
  });

  it.each(BAD_CURSORS)('refuse a cursor that is %s', async (_, cursor) => {
    expectFaults(await asStaff(`${creditsOf()}?cursor=${encodeURIComponent(cursor)}`), '/cursor');
  });
});
