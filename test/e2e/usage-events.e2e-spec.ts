import { signUp, type Customer } from '../support/customers';
import { expectProblem } from '../support/problems';
import { createServiceKey } from '../support/service-keys';
import { addStaff, readAuditLog, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { insertFeature, readCounter, sumEvents } from '../support/usage';

/* Usage that other services count over HTTP: events, releases, reservations. */

const EVENTS = '/v1/usage-events';
const RESERVATIONS = '/v1/usage-reservations';

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let key: string;
let id: string;
beforeAll(async () => {
  server = await TestApplication.start({ rateLimitRequests: 100_000 });
  const { database } = server;
  await insertFeature(database, 'exports', 'metered', 'period');
  await insertFeature(database, 'storage', 'allocated');
  await insertFeature(database, 'beta', 'flag');
  await insertFeature(database, 'old', 'metered', 'never');
  await database.query(`UPDATE features SET archived_at = now() WHERE id = 'old'`);
  const limit = { limit: 10, mode: 'hard' };
  await database.query('UPDATE plans SET grants = grants || $1::jsonb', [
    JSON.stringify({ exports: limit, storage: limit, beta: { enabled: true } }),
  ]);
  staff = await addStaff(server);
  ({ key, id } = await createServiceKey(server, staff));
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

const counter = (feature = 'exports') =>
  readCounter(server.database, customer.business.id, feature);

function post(path: string, body: object) {
  return server.post(path, key, { businessId: customer.business.id, ...body });
}

function record(changes: object = {}) {
  return post(EVENTS, { feature: 'exports', eventId: 'e1', amount: 3, ...changes });
}

describe('an event', () => {
  it('is counted, and answered with the usage after it', async () => {
    const at = '2026-11-20T15:36:00.000Z';
    const answer = await record({ at, properties: { size: 3 } });
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        ...{ eventId: 'e1', feature: 'exports', amount: 3 },
        createdAt: expect.any(String) as string,
        usage: {
          ...{ used: 3, limit: 10, remaining: 7, credits: 0, overLimit: false },
          resetsAt: expect.any(String) as string,
        },
      },
    ]);
    expect(await sumEvents(server.database, customer.business.id, 'exports')).toBe(3);
  });

  it('sent again is answered with 200 and counted once; with other content it is a conflict', async () => {
    const first = await record();
    const again = await record();
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expectProblem(await record({ amount: 4 }), 409, 'event_id_conflict');
    expect((await counter())!.used).toBe(3);
  });

  it('over the limit is refused with the numbers', async () => {
    const { business } = customer;
    await record({ amount: 8 });
    const refused = await record({ eventId: 'e2' });
    expectProblem(refused, 402, 'quota_exceeded');
    expect(refused.body).toMatchObject({ feature: 'exports', used: 8, limit: 10, remaining: 2 });
    expect(await sumEvents(server.database, business.id, 'exports')).toBe(8);
  });

  it.each([
    ['an unknown feature', { feature: 'nothing' }, 404, 'feature_not_found'],
    ['a feature without a counter', { feature: 'beta' }, 409, 'feature_kind'],
    ['an archived feature', { feature: 'old' }, 409, 'feature_archived'],
    ['an amount of 0', { amount: 0 }, 422, 'validation_failed'],
    ['a negative amount', { amount: -1 }, 422, 'validation_failed'],
    ['a fraction', { amount: 1.5 }, 422, 'validation_failed'],
    ['more than 10^9', { amount: 1_000_000_001 }, 422, 'validation_failed'],
    ['an event id of 129 characters', { eventId: 'x'.repeat(129) }, 422, 'validation_failed'],
    [
      'properties of more than 4 KiB',
      { properties: { a: 'x'.repeat(4096) } },
      422,
      'validation_failed',
    ],
    ['a key that is no feature key', { feature: '' }, 422, 'validation_failed'],
  ])('with %s is refused and counts nothing', async (_, changes, status, code) => {
    expectProblem(await record(changes), status, code);
    expect(await counter()).toBeNull();
  });

  it('counts in the period that runs, after one that has ended was closed', async () => {
    await record();
    server.clock.moveBy(40 * 86_400_000);
    const answer = await record({ eventId: 'e2', amount: 10 });
    server.clock.moveBy(-40 * 86_400_000);
    expect((answer.body as { usage: object }).usage).toMatchObject({ used: 10, remaining: 0 });
  });

  it('that ends a subscription is in the audit log with the key', async () => {
    const ends = { when: 'period_end' };
    const { status } = await server.post('/v1/subscription/cancel', customer.token, ends);
    expect(status).toBe(200);
    server.clock.moveBy(40 * 86_400_000);
    const answer = await record();
    server.clock.moveBy(-40 * 86_400_000);
    expectProblem(answer, 403, 'subscription_inactive');
    const [ended] = await readAuditLog(server, customer.token, '&action=usage_event.record');
    expect(ended).toMatchObject({
      actor: { kind: 'service', id, email: null },
      target: { type: 'subscription' },
    });
  });
});

describe('a batch', () => {
  it('is decided one by one, for any businesses', async () => {
    const other = await signUp(server);
    const event = {
      feature: 'exports',
      eventId: 'b1',
      amount: 6,
      businessId: customer.business.id,
    };
    const answer = await server.post(`${EVENTS}/batch`, key, {
      events: [
        event,
        { ...event, eventId: 'b2' },
        { ...event, businessId: other.business.id },
        event,
        { ...event, amount: 'six' },
        { ...event, businessId: '00000000-0000-4000-8000-000000000000' },
      ],
    });
    const { results } = answer.body as {
      results: { status: number; problem?: { code: string } }[];
    };
    expect(answer.status).toBe(200);
    expect(results.map((each) => [each.status, each.problem?.code])).toEqual([
      [201, undefined],
      [402, 'quota_exceeded'],
      [201, undefined],
      [200, undefined],
      [422, 'validation_failed'],
      [404, 'business_not_found'],
    ]);
  });
});

describe('a release', () => {
  const release = (eventId: string, feature = 'storage') =>
    post('/v1/usage-releases', { feature, eventId });

  it('gives back what the event took, once', async () => {
    await record({ feature: 'storage', eventId: 'file', amount: 4 });
    expect((await release('file')).status).toBe(201);
    const again = await release('file');
    expect([again.status, (again.body as { amount: number }).amount]).toEqual([200, 4]);
    expect((await counter('storage'))!.used).toBe(0);
  });

  it('of what was never taken, or of a metered feature, is refused', async () => {
    expectProblem(await release('nothing'), 404, 'event_not_found');
    await record();
    expectProblem(await release('e1', 'exports'), 409, 'feature_kind');
    expect((await counter())!.used).toBe(3);
  });
});

describe('a reservation', () => {
  interface Reserved {
    id: string;
    status: string;
    committed: number | null;
  }

  async function reserve(changes: object = {}): Promise<Reserved> {
    const request = { feature: 'exports', eventId: 'r1', amount: 6, expiresInSeconds: 60 };
    const answer = await post(RESERVATIONS, { ...request, ...changes }).expect(201);
    return answer.body as Reserved;
  }

  const commit = (id: string, amount?: number) => post(`${RESERVATIONS}/${id}/commit`, { amount });
  const giveBack = (id: string) => post(`${RESERVATIONS}/${id}/release`, {});

  it('holds units, counts what was used of them, and gives the rest back', async () => {
    const { id } = await reserve();
    expect(await counter()).toMatchObject({ used: 0, reserved: 6 });
    expectProblem(await record({ amount: 5 }), 402, 'quota_exceeded');
    const committed = await commit(id, 2);
    expect(committed.body).toMatchObject({ status: 'committed', committed: 2 });
    expect(await counter()).toMatchObject({ used: 2, reserved: 0 });
    expect(await sumEvents(server.database, customer.business.id, 'exports')).toBe(2);
  });

  it('is settled once', async () => {
    const { id } = await reserve();
    expectProblem(await commit(id, 7), 422, 'amount_above_reserved');
    await commit(id);
    expectProblem(await commit(id), 409, 'reservation_settled');
    expectProblem(await giveBack(id), 409, 'reservation_settled');
    expect(await counter()).toMatchObject({ used: 6, reserved: 0 });
  });

  it('is given back, again without effect', async () => {
    const { id } = await reserve();
    expect((await giveBack(id)).body).toMatchObject({ status: 'released' });
    expect((await giveBack(id)).status).toBe(200);
    expectProblem(await commit(id), 409, 'reservation_settled');
    expect(await counter()).toMatchObject({ used: 0, reserved: 0 });
  });

  it('made again under its event id is the same one', async () => {
    const { id } = await reserve();
    const request = { feature: 'exports', eventId: 'r1', amount: 6, expiresInSeconds: 60 };
    const again = await post(RESERVATIONS, request);
    expect([again.status, (again.body as Reserved).id]).toEqual([200, id]);
    expectProblem(await post(RESERVATIONS, { ...request, amount: 1 }), 409, 'event_id_conflict');
    expect(await counter()).toMatchObject({ reserved: 6 });
  });

  it('of another business is not found', async () => {
    const { id } = await reserve();
    customer = await signUp(server);
    expectProblem(await commit(id), 404, 'reservation_not_found');
  });
});
