import type { Response } from 'supertest';
import type { Page } from '../../../src/common/pagination';
import type { RecordingResponse } from '../../../src/product/recordings/dto/recording.responses';
import type { UsageResponse } from '../../../src/modules/entitlements/dto/usage.response';
import { createApplication } from '../support/applications';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { addMember } from '../../support/members';
import { BAD_CURSORS, BAD_LIST_QUERIES } from '../../support/pages';
import { comparable, expectFaults, expectProblem } from '../../support/problems';
import { sendRecording, storeRecording, storeRecordings } from '../support/recordings';
import { changeSubscription, readCount, readSubscription } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* The dashboard's side of recordings, and the usage that all routes report. */

const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

/** Each in a millisecond of its own. @returns them as they are listed, newest first */
async function storeInTurn(count: number, changes: object = {}): Promise<RecordingResponse[]> {
  const stored: RecordingResponse[] = [];
  while (stored.length < count) {
    server.clock.moveBy(1);
    const { usage: _, ...recording } = await storeRecording(server, customer, changes);
    stored.unshift(recording);
  }
  return stored;
}

async function list(query: Record<string, string | number> = {}): Promise<Page<RecordingResponse>> {
  const answer = await server.get('/v1/recordings', customer.token).query(query);
  expect(answer.status).toBe(200);
  return answer.body as Page<RecordingResponse>;
}

/** All pages, one after the other; `between` happens before each further one. */
async function walk(
  query: Record<string, string | number>,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<RecordingResponse[]> {
  const found: RecordingResponse[] = [];
  for (let page = await list(query); ; page = await list({ ...query, cursor: page.nextCursor })) {
    found.push(...page.data);
    if (page.nextCursor === null) return found;
    await between();
  }
}

describe('GET /v1/recordings', () => {
  it('lists newest first, 20 unless asked otherwise', async () => {
    const stored = await storeInTurn(21);
    const page = await list();
    expect(page.data).toEqual(stored.slice(0, 20));
    expect((await list({ cursor: page.nextCursor! })).data).toEqual(stored.slice(20));
    expect(await list({ limit: 100 })).toEqual({ data: stored, nextCursor: null });
  });

  it('ends where a page is just full', async () => {
    const stored = await storeInTurn(4);
    expect(await list({ limit: 4 })).toEqual({ data: stored, nextCursor: null });
    expect(await walk({ limit: 2 })).toEqual(stored);
  });

  it('is empty to begin with', async () => {
    expect(await list()).toEqual({ data: [], nextCursor: null });
  });

  it('shows every recording once, though others come in between', async () => {
    const stored = await storeInTurn(10);
    expect(await walk({ limit: 3 }, () => storeInTurn(2))).toEqual(stored);
  });

  it('shows every recording once, though all came in one millisecond', async () => {
    await storeRecordings(server, customer, 10);
    await server.database.query(
      `UPDATE recordings SET created_at = '2026-01-01' WHERE business_id = $1`,
      [customer.business.id],
    );
    const ids = (await walk({ limit: 3 })).map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect(ids).toHaveLength(10);
  });

  it('shows those of one application', async () => {
    const { id: applicationId } = await createApplication(server, customer);
    await storeInTurn(2);
    const ofIt = await storeInTurn(3, { applicationId });
    expect(await walk({ applicationId, limit: 2 })).toEqual(ofIt);
    expect((await list({ applicationId: applicationId.toUpperCase() })).data).toEqual(ofIt);
    expect((await list({ applicationId: UNKNOWN_ID })).data).toEqual([]);
  });

  it('shows those from a moment (inclusive) to another (exclusive)', async () => {
    const stored = await storeInTurn(5);
    const [from, to] = [stored[3]!.createdAt, stored[1]!.createdAt];
    expect((await list({ from, to })).data).toEqual(stored.slice(2, 4));
    expect((await list({ from })).data).toEqual(stored.slice(0, 4));
    expect((await list({ to })).data).toEqual(stored.slice(2));
    expect(await walk({ from, to, limit: 1 })).toEqual(stored.slice(2, 4));
    expect((await list({ from: to, to: from })).data).toEqual([]);
  });

  it('takes a moment in any offset', async () => {
    const [stored] = await storeInTurn(1);
    const shifted = new Date(Date.parse(stored!.createdAt) + (23 * 60 + 59) * 60_000);
    const from = shifted.toISOString().replace('Z', '+23:59');
    expect((await list({ from })).data).toEqual([stored]);
  });

  it('leaves deleted ones out', async () => {
    const [newest, ...older] = await storeInTurn(3);
    await server.delete(`/v1/recordings/${newest!.id}`, customer.token);
    expect((await list()).data).toEqual(older);
  });

  it('shows no other business’s', async () => {
    await storeRecording(server, await signUp(server, 'Other'));
    expect((await list()).data).toEqual([]);
  });

  it.each([
    ...BAD_LIST_QUERIES,
    ['from=2026-01-01', '/from'],
    ['to=tomorrow', '/to'],
    ['applicationId=shop', '/applicationId'],
  ])('refuses ?%s', async (query, pointer) => {
    expectFaults(await server.get(`/v1/recordings?${query}`, customer.token), pointer);
  });

  it.each(BAD_CURSORS)('refuses a cursor that is %s', async (_, cursor) => {
    const query = new URLSearchParams({ cursor }).toString();
    expectFaults(await server.get(`/v1/recordings?${query}`, customer.token), '/cursor');
  });

  it('opens to a session alone', async () => {
    expectProblem(await server.get('/v1/recordings'), 401, 'unauthenticated');
    const byKey = await server.get('/v1/recordings', customer.key);
    expectProblem(byKey, 403, 'wrong_credential_kind');
  });
});

describe('one recording', () => {
  const path = (id: string) => `/v1/recordings/${id}`;

  it('is shown as it was stored', async () => {
    const [stored] = await storeInTurn(1, { device: { os: 'iOS' }, metadata: { a: [1] } });
    const answer = await server.get(path(stored!.id), customer.token);
    expect([answer.status, answer.body]).toEqual([200, stored]);
    expect((await server.get(path(stored!.id.toUpperCase()), customer.token)).status).toBe(200);
  });

  it.each(['get', 'delete'] as const)(
    'to %s another business’s is to ask for one that never was',
    async (verb) => {
      const foreign = await storeRecording(server, await signUp(server, 'Other'));
      const answers: Response[] = [];
      for (const id of [UNKNOWN_ID, foreign.id, 'not-an-id'])
        answers.push(await server.send(verb, path(id), customer.token));
      expectProblem(answers[0]!, 404, 'recording_not_found');
      const [missing, ...others] = answers.map(comparable);
      expect(others).toEqual([missing, missing]);
    },
  );

  it('is wiped when it is deleted; a counted tombstone stays', async () => {
    const stored = await storeRecording(server, customer, {
      device: { os: 'iOS' },
      metadata: { secret: 'x' },
    });
    const before = await readCount(server.database, customer.business.id);
    expect((await server.delete(path(stored.id), customer.token)).status).toBe(204);
    const [row] = await server.database.query(
      `SELECT external_id, started_at, duration_ms, device, metadata, deleted_at IS NOT NULL AS deleted
       FROM recordings WHERE id = $1`,
      [stored.id],
    );
    expect(row).toEqual({
      external_id: stored.externalId,
      started_at: null,
      duration_ms: null,
      device: null,
      metadata: null,
      deleted: true,
    });
    expect(await readCount(server.database, customer.business.id)).toEqual(before);
  });

  it('is not there any more after that', async () => {
    const { id } = await storeRecording(server, customer);
    await server.delete(path(id), customer.token);
    expectProblem(await server.delete(path(id), customer.token), 404, 'recording_not_found');
    expectProblem(await server.get(path(id), customer.token), 404, 'recording_not_found');
  });

  it('may be deleted by a member and not by a viewer', async () => {
    const { id } = await storeRecording(server, customer);
    const viewer = await addMember(server, customer, 'viewer');
    expect((await server.get(path(id), viewer.token)).status).toBe(200);
    expectProblem(await server.delete(path(id), viewer.token), 403, 'permission_denied');
    const member = await addMember(server, customer, 'member');
    expect((await server.delete(path(id), member.token)).status).toBe(204);
  });
});

interface Verification {
  counter: number;
  rows: number;
  equal: boolean;
}

async function get<T>(path: string, token: string): Promise<T> {
  const answer = await server.get(path, token);
  expect([answer.status, answer.type]).toEqual([200, 'application/json']);
  return answer.body as T;
}

async function resetsAt(): Promise<string> {
  const { periodEnd } = await readSubscription(server.database, customer.business.id);
  return periodEnd.toISOString();
}

describe('usage', () => {
  it('tells what is used of what the plan allows', async () => {
    const { id: applicationId } = await createApplication(server, customer);
    await storeInTurn(2, { applicationId });
    const usage = await get<UsageResponse>('/v1/usage', customer.token);
    expect(usage).toEqual({
      recordings: {
        used: 2,
        limit: 100,
        remaining: 98,
        resetsAt: await resetsAt(),
        credits: 0,
        overLimit: false,
      },
      applications: { used: 1, limit: 1, remaining: 0 },
      seats: { used: 1, limit: 3, remaining: 2 },
    });
    expect(await get('/v1/subscription', customer.token)).toMatchObject({ usage });
  });

  it('is explained: the source, and the last 20 that count, tombstones included', async () => {
    const stored = await storeInTurn(21);
    await server.delete(`/v1/recordings/${stored[1]!.id}`, customer.token);
    const recent = stored.slice(0, 20).map(({ id, externalId, applicationId, createdAt }) => ({
      ...{ id, externalId, applicationId, createdAt },
      deleted: id === stored[1]!.id,
    }));
    expect(await get('/v1/usage/recordings/explain', customer.token)).toEqual({
      ...{ feature: 'recordings', kind: 'metered', used: 21, limit: 100, remaining: 79 },
      ...{ credits: 0, credited: 0, carriedOver: 0, reserved: 0, overLimit: false },
      resetsAt: await resetsAt(),
      sources: [{ kind: 'plan', id: null, used: 21, limit: 100, remaining: 79, expiresAt: null }],
      recent,
    });
  });

  it('is verified: counter and rows are equal, tombstones included', async () => {
    const [deleted] = await storeInTurn(3);
    await server.delete(`/v1/recordings/${deleted!.id}`, customer.token);
    expect(await get<Verification>('/v1/usage/recordings/verify', customer.token)).toEqual({
      counter: 3,
      rows: 3,
      equal: true,
    });
  });

  it('is found wrong where it is wrong', async () => {
    await storeInTurn(2);
    await server.database.query(
      "UPDATE usage_counters SET used = 5 WHERE business_id = $1 AND feature = 'recordings'",
      [customer.business.id],
    );
    expect(await get<Verification>('/v1/usage/recordings/verify', customer.token)).toEqual({
      counter: 5,
      rows: 2,
      equal: false,
    });
  });

  it('counts what a change of plan carried over', async () => {
    await storeInTurn(2);
    await server.database.query(
      "UPDATE usage_counters SET used = used + 3, carried_over = 3 WHERE business_id = $1 AND feature = 'recordings'",
      [customer.business.id],
    );
    expect(await get<Verification>('/v1/usage/recordings/verify', customer.token)).toEqual({
      counter: 5,
      rows: 5,
      equal: true,
    });
  });

  it.each(['/v1/usage', '/v1/usage/recordings/explain', '/v1/usage/recordings/verify'])(
    '%s opens to a session alone',
    async (path) => {
      expectProblem(await server.get(path), 401, 'unauthenticated');
      expectProblem(await server.get(path, customer.key), 403, 'wrong_credential_kind');
    },
  );
});

describe('GET /v1/sdk/status', () => {
  const status = () => get('/v1/sdk/status', customer.key);

  it('says yes while there is room', async () => {
    await storeRecordings(server, customer, 99);
    expect(await status()).toEqual({
      recording: true,
      reason: null,
      usage: {
        used: 99,
        limit: 100,
        remaining: 1,
        resetsAt: await resetsAt(),
        credits: 0,
        overLimit: false,
      },
    });
  });

  it('says no at the limit', async () => {
    await storeRecordings(server, customer, 100);
    expect(await status()).toMatchObject({
      recording: false,
      reason: 'quota_exceeded',
      usage: { used: 100, remaining: 0 },
    });
  });

  it.each(['paused', 'canceled', 'expired'] as const)('says no when %s', async (state) => {
    await changeSubscription(server.database, customer.business.id, { status: state });
    expect(await status()).toMatchObject({ recording: false, reason: 'subscription_inactive' });
  });

  it('opens to an API key alone', async () => {
    expectProblem(await server.get('/v1/sdk/status'), 401, 'unauthenticated');
    const bySession = await server.get('/v1/sdk/status', customer.token);
    expectProblem(bySession, 403, 'wrong_credential_kind');
  });
});

describe.each(['paused', 'canceled', 'expired'] as const)('a subscription that is %s', (state) => {
  it('refuses recordings, and reads still work', async () => {
    const [stored] = await storeInTurn(1);
    await changeSubscription(server.database, customer.business.id, { status: state });
    const refused = await sendRecording(server, customer, aRecording());
    const problem = expectProblem(refused, 403, 'subscription_inactive');
    expect(problem.detail).toContain(state);
    const application = await server.post('/v1/applications', customer.token, { name: 'Shop' });
    expectProblem(application, 403, 'subscription_inactive');

    expect((await list()).data).toEqual([stored]);
    expect(await get('/v1/usage', customer.token)).toMatchObject({ recordings: { used: 1 } });
    expect(await get('/v1/subscription', customer.token)).toMatchObject({ status: state });
    expect((await server.delete(`/v1/recordings/${stored!.id}`, customer.token)).status).toBe(204);
    expect(await readCount(server.database, customer.business.id)).toEqual({ counter: 1, rows: 1 });
  });
});

describe('an unlimited plan', () => {
  it('counts without end', async () => {
    await changeSubscription(server.database, customer.business.id, { planSlug: 'unlimited' });
    await storeRecordings(server, customer, 100);
    const { usage } = await storeRecording(server, customer);
    const unlimited = { used: 101, limit: null, remaining: null };
    expect(usage).toMatchObject(unlimited);
    expect(await get('/v1/sdk/status', customer.key)).toMatchObject({
      recording: true,
      reason: null,
      usage: unlimited,
    });
    expect(await get('/v1/usage/recordings/explain', customer.token)).toMatchObject({
      ...unlimited,
      sources: [{ kind: 'plan', ...unlimited }],
    });
    expect(await get('/v1/usage', customer.token)).toMatchObject({
      recordings: unlimited,
      applications: { limit: null, remaining: null },
      seats: { limit: null, remaining: null },
    });
  });
});
