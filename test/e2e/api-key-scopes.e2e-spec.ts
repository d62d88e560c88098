import type { Response } from 'supertest';
import type { CreatedApiKeyResponse } from '../../src/modules/api-keys/dto/api-key.responses';
import { aRecording, signUp, type Customer } from '../support/customers';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

/* What a key may do. */

const ALL = ['recordings:write', 'status:read'];

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

async function create(fields: object): Promise<CreatedApiKeyResponse> {
  const answer = await server.post('/v1/api-keys', customer.token, { name: 'Key', ...fields });
  expect(answer.status).toBe(201);
  return answer.body as CreatedApiKeyResponse;
}

function expectLacking(answer: Response, scope: string): void {
  expectProblem(answer, 403, 'insufficient_scope');
  expect(answer.headers['www-authenticate']).toBe(
    `Bearer realm="tenantry", error="insufficient_scope", scope="${scope}"`,
  );
}

describe('the scopes of a key', () => {
  it('are all of them unless it is made with fewer, and are shown', async () => {
    await create({ scopes: ['status:read', 'recordings:write', 'status:read'] });
    await create({ scopes: ['status:read'] });
    const answer = await server.get('/v1/api-keys', customer.token);
    const { data } = answer.body as { data: { scopes: string[] }[] };
    expect(data.map(({ scopes }) => scopes)).toEqual([['status:read'], ALL, ALL]);
  });

  it('let it do that and nothing else', async () => {
    const writer = await create({ scopes: ['recordings:write'] });
    const reader = await create({ scopes: ['status:read'] });
    const one = aRecording();
    expect((await server.post('/v1/recordings', writer.key, one)).status).toBe(201);
    expectLacking(await server.get('/v1/sdk/status', writer.key), 'status:read');
    expect((await server.get('/v1/sdk/status', reader.key)).status).toBe(200);
    for (const body of [one, aRecording(), { broken: true }])
      expectLacking(await server.post('/v1/recordings', reader.key, body), 'recordings:write');
    const batch = { recordings: [aRecording()] };
    const refused = await server.post('/v1/recordings/batch', reader.key, batch);
    expectLacking(refused, 'recordings:write');
    const { body } = (await server.get('/v1/sdk/status', reader.key)) as { body: object };
    expect(body).toMatchObject({ usage: { used: 1 } });
  });

  it('refuse before the body is read, and an Idempotency-Key changes nothing', async () => {
    const { key } = await create({ scopes: ['status:read'] });
    const answer = await server
      .post('/v1/recordings', key, aRecording())
      .set('idempotency-key', 'key-1');
    expectLacking(answer, 'recordings:write');
    expectLacking(await server.send('post', '/v1/recordings', key).type('json').send('{'), ALL[0]!);
  });

  it('are kept by a rotation', async () => {
    const { id } = await create({ scopes: ['status:read'] });
    const rotation = { overlapSeconds: 60 };
    const rotated = await server.post(`/v1/api-keys/${id}/rotate`, customer.token, rotation);
    expect(rotated.body).toMatchObject({ scopes: ['status:read'] });
    const { key } = rotated.body as CreatedApiKeyResponse;
    expectLacking(await server.post('/v1/recordings', key, aRecording()), 'recordings:write');
  });

  it('are never none, in the database neither', async () => {
    const { id } = await create({});
    const sql = `UPDATE api_keys SET scopes = '{}' WHERE id = $1`;
    await expect(server.database.query(sql, [id])).rejects.toThrow('ck_api_keys_scopes');
  });
});
