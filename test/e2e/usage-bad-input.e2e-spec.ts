import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import { signUp, type Customer } from '../support/customers';
import { expectProblem } from '../support/problems';
import { createServiceKey } from '../support/service-keys';
import { addStaff } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { insertFeature } from '../support/usage';

/* Releases, reservations and batches that are not right: each fault by its own code, and nothing is counted or held. */

const INVALID: [number, string] = [422, 'validation_failed'];

let server: TestApplication;
let customer: Customer;
let key: string;
beforeAll(async () => {
  server = await TestApplication.start();
  await insertFeature(server.database, 'exports', 'metered', 'period');
  await insertFeature(server.database, 'storage', 'allocated');
  await insertFeature(server.database, 'beta', 'flag');
  const limit = { limit: 10, mode: 'hard' };
  const grants = JSON.stringify({ exports: limit, storage: limit, beta: { enabled: true } });
  await server.database.query('UPDATE plans SET grants = grants || $1::jsonb', [grants]);
  customer = await signUp(server);
  ({ key } = await createServiceKey(server, await addStaff(server)));
});
afterAll(() => server.stop());

function post(path: string, body: object): Promise<Response> {
  const businessId = customer.business.id;
  return Promise.resolve(server.post(`/v1/${path}`, key, { businessId, ...body }));
}

async function expectNothingCounted(): Promise<void> {
  const counters = await server.database.query(
    `SELECT feature FROM usage_counters WHERE business_id = $1 AND feature IN ('exports', 'storage')
       AND (used > 0 OR reserved > 0)`,
    [customer.business.id],
  );
  expect(counters).toEqual([]);
}

it.each<[string, object, number, string]>([
  ['of what was never taken', {}, 404, 'event_not_found'],
  ['of a metered feature', { feature: 'exports' }, 409, 'feature_kind'],
  ['of an unknown feature', { feature: 'nothing' }, 404, 'feature_not_found'],
  ['with an event id of 129 characters', { eventId: 'x'.repeat(129) }, ...INVALID],
  ['with an empty event id', { eventId: '' }, ...INVALID],
  ['with an amount', { amount: 1 }, ...INVALID],
])('a release %s is refused', async (_, changes, status, code) => {
  const body = { feature: 'storage', eventId: 'never', ...changes };
  expectProblem(await post('usage-releases', body), status, code);
  await expectNothingCounted();
});

it.each<[string, object, number, string]>([
  ['above the limit', { amount: 11 }, 402, 'quota_exceeded'],
  ['of a flag', { feature: 'beta' }, 409, 'feature_kind'],
  ['of an unknown feature', { feature: 'nothing' }, 404, 'feature_not_found'],
  ['of nothing', { amount: 0 }, ...INVALID],
  ['of less than nothing', { amount: -1 }, ...INVALID],
  ['of a fraction', { amount: 0.5 }, ...INVALID],
  ['of more than 10^9', { amount: 1_000_000_001 }, ...INVALID],
  ['of a text', { amount: '1' }, ...INVALID],
  ['that ends at once', { expiresInSeconds: 0 }, ...INVALID],
  ['of more than a day', { expiresInSeconds: 86_401 }, ...INVALID],
  ['with an event id of 129 characters', { eventId: 'x'.repeat(129) }, ...INVALID],
])('a reservation %s is refused', async (_, changes, status, code) => {
  const body = { feature: 'exports', eventId: 'r', amount: 1, expiresInSeconds: 60, ...changes };
  expectProblem(await post('usage-reservations', body), status, code);
  await expectNothingCounted();
});

it.each(['commit', 'release'])('to %s a reservation that never was is refused', async (verb) => {
  for (const id of [newId(), 'malformed'])
    expectProblem(await post(`usage-reservations/${id}/${verb}`, {}), 404, 'reservation_not_found');
});

it.each([0, 1_001])('a batch of %i events is refused', async (count) => {
  const body = { events: Array.from({ length: count }, () => ({})) };
  expectProblem(await server.post('/v1/usage-events/batch', key, body), ...INVALID);
});

it.each<[string, () => string]>([
  ['an SDK key', () => customer.key],
  ['a session', () => customer.token],
])('%s reaches none of these routes', async (_, tokenOf) => {
  const paths = ['usage-events', 'usage-events/batch', 'usage-releases', 'usage-reservations'];
  for (const path of paths)
    expectProblem(await server.post(`/v1/${path}`, tokenOf(), {}), 403, 'wrong_credential_kind');
});
