import type { Response } from 'supertest';
import { newId } from '../../../src/common/ids';
import type { CreatedApiKeyResponse } from '../../../src/modules/api-keys/dto/api-key.responses';
import { createApplication } from '../support/applications';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { holdingLocks } from '../../support/held-locks';
import { comparable, expectProblem } from '../../support/problems';
import { changeSubscription } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* A key that is bound to one application: its recordings belong there, and it ends with it. */

let server: TestApplication;
let customer: Customer;
let shop: string;
let other: string;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
  await changeSubscription(server.database, customer.business.id, { planSlug: 'pro' });
  shop = (await createApplication(server, customer)).id;
  other = (await createApplication(server, customer, 'Other')).id;
});

const create = (applicationId: string) =>
  server.post('/v1/api-keys', customer.token, { name: 'Bound', applicationId });
const rotate = (id: string) =>
  server.post(`/v1/api-keys/${id}/rotate`, customer.token, { overlapSeconds: 60 });
const send = (key: string, changes: object = {}) =>
  server.post('/v1/recordings', key, aRecording(changes));
const deleteShop = () => server.delete(`/v1/applications/${shop}`, customer.token);

type BoundKey = CreatedApiKeyResponse & { applicationId: string | null };

function created(answer: Response): BoundKey {
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.body as BoundKey;
}

/** The application of each recording that a key has stored. */
async function applicationsOf(): Promise<(string | null)[]> {
  const answer = await server.get('/v1/recordings', customer.token);
  const { data } = answer.body as { data: { applicationId: string | null }[] };
  return data.map(({ applicationId }) => applicationId).reverse();
}

async function listKeys(): Promise<BoundKey[]> {
  const answer = await server.get('/v1/api-keys', customer.token);
  return (answer.body as { data: BoundKey[] }).data;
}

/** The keys that are bound to the shop and not revoked. */
async function liveOnes(): Promise<BoundKey[]> {
  return (await listKeys()).filter((key) => key.applicationId === shop && !key.revokedAt);
}

describe('a bound key', () => {
  it('is shown with its application, rotated too', async () => {
    const key = created(await create(shop.toUpperCase()));
    const fresh = created(await rotate(key.id));
    expect([key.applicationId, fresh.applicationId]).toEqual([shop, shop]);
    expect((await listKeys()).map(({ applicationId }) => applicationId)).toEqual([
      shop,
      shop,
      null,
    ]);
  });

  it('stores recordings of its application, named or not', async () => {
    const { id, key } = created(await create(shop));
    for (const applicationId of [undefined, null, shop, shop.toUpperCase()])
      expect((await send(key, { applicationId })).body).toMatchObject({ applicationId: shop });
    expect((await send(created(await rotate(id)).key)).body).toMatchObject({ applicationId: shop });
    expect(await applicationsOf()).toEqual(Array(5).fill(shop));
    expect((await send(customer.key)).body).toMatchObject({ applicationId: null });
  });

  it('stores none of another, whether that is there or not', async () => {
    const { key } = created(await create(shop));
    const stranger = await signUp(server);
    const foreign = await createApplication(server, stranger);
    const answers = [];
    for (const applicationId of [newId(), other, foreign.id]) {
      const answer = await send(key, { applicationId });
      expectProblem(answer, 403, 'wrong_application');
      answers.push(comparable(answer));
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await applicationsOf()).toEqual([]);
  });

  it('refuses an item of a batch alone', async () => {
    const { key } = created(await create(shop));
    const named = [other, shop, undefined, other];
    const recordings = named.map((applicationId) => aRecording({ applicationId }));
    const answer = await server.post('/v1/recordings/batch', key, { recordings });
    const refused = { status: 403, problem: { code: 'wrong_application' } };
    const stored = { status: 201, recording: { applicationId: shop } };
    expect(answer.body).toMatchObject({ results: [refused, stored, stored, refused] });
    expect(await applicationsOf()).toEqual([shop, shop]);
  });

  it('shares no Idempotency-Key with one of another application', async () => {
    const keys = [created(await create(shop)), created(await create(other))];
    const recordings = [aRecording({ externalId: 'one' }), aRecording({ externalId: 'one' })];
    const post = (index: number) =>
      server.post('/v1/recordings', keys[index]!.key, recordings[0]).set('idempotency-key', 'same');
    expect((await post(0)).body).toMatchObject({ applicationId: shop });
    expectProblem(await post(1), 409, 'external_id_conflict'); // decided, not the answer of the first
    const again = await server
      .post('/v1/recordings', created(await rotate(keys[0]!.id)).key, recordings[0])
      .set('idempotency-key', 'same');
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
  });

  it('can be made for a living application of the business only', async () => {
    const stranger = await signUp(server);
    const foreign = await createApplication(server, stranger);
    await deleteShop();
    const before = await listKeys();
    for (const id of [newId(), foreign.id, shop])
      expectProblem(await create(id), 404, 'application_not_found');
    expect(await listKeys()).toEqual(before);
  });
});

describe('an application that is deleted', () => {
  it('takes its keys with it, and no others', async () => {
    const first = created(await create(shop));
    const second = created(await rotate(first.id));
    const another = created(await create(other));
    expect((await deleteShop()).status).toBe(204);
    for (const { id, key } of [first, second]) {
      expectProblem(await send(key), 401, 'unauthenticated');
      expectProblem(await rotate(id), 409, 'api_key_already_rotated');
    }
    for (const key of [another.key, customer.key]) expect((await send(key)).status).toBe(201);
    expect(await liveOnes()).toEqual([]);
    const revoked = await server.database.query(
      `SELECT target_id FROM audit_log WHERE business_id = $1 AND action = 'application.delete'
         AND target_type = 'api_key' AND changes ? 'revoked_at' ORDER BY target_id`,
      [customer.business.id],
    );
    expect(revoked).toEqual([{ target_id: first.id }, { target_id: second.id }]);
  });

  it('leaves no key that is being made meanwhile', async () => {
    const sdkMember = `SELECT FROM members WHERE business_id = $1 AND kind = 'sdk' FOR UPDATE`;
    const [making, deleting] = await holdingLocks(
      server.database,
      sdkMember,
      [customer.business.id],
      async (untilWaited) => {
        const making = create(shop).then((answer) => answer);
        await untilWaited(1);
        const deleting = deleteShop().then((answer) => answer);
        await untilWaited(2);
        return [making, deleting];
      },
    );
    expect([(await making).status, (await deleting).status]).toEqual([201, 204]);
    expect(await liveOnes()).toEqual([]);
  });

  it('leaves no key that a rotation is making meanwhile', async () => {
    const { id } = created(await create(shop));
    const [rotating, deleting] = await holdingLocks(
      server.database,
      'SELECT FROM api_keys WHERE id = $1 FOR UPDATE',
      [id],
      async (untilWaited) => {
        const rotating = rotate(id).then((answer) => answer);
        await untilWaited(1);
        const deleting = deleteShop().then((answer) => answer);
        await untilWaited(2);
        return [rotating, deleting];
      },
    );
    expect([(await rotating).status, (await deleting).status]).toEqual([201, 204]);
    expect(await liveOnes()).toEqual([]);
  });
});
