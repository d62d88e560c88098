import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import type {
  WebhookEndpointResponse,
  WebhookEndpointWithSecretResponse,
} from '../../src/modules/webhooks/dto/webhook-endpoint';
import { signUp, type Customer } from '../support/customers';
import { addMember } from '../support/members';
import { expectFaults, expectProblem } from '../support/problems';
import { addStaff, openSupport, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';

const PATH = '/v1/webhook-endpoints';
const URL_OF_HOOK = 'https://hooks.example/tenantry';

let server: TestApplication;
let customer: Customer;
let staff: StaffMember;
beforeAll(async () => {
  server = await TestApplication.start();
  staff = await addStaff(server);
});
beforeEach(async () => {
  customer = await signUp(server);
});
afterAll(() => server.stop());

const create = (body: object, token = customer.token): Promise<Response> =>
  Promise.resolve(server.post(PATH, token, body));

async function created(body: object = {}): Promise<WebhookEndpointWithSecretResponse> {
  const response = await create({ url: URL_OF_HOOK, ...body });
  expect([response.status, response.text]).toEqual([201, expect.any(String)]);
  return response.body as WebhookEndpointWithSecretResponse;
}

async function get(id: string, token = customer.token): Promise<WebhookEndpointResponse> {
  const response = await server.get(`${PATH}/${id}`, token);
  expect(response.status).toBe(200);
  return response.body as WebhookEndpointResponse;
}

describe('an endpoint', () => {
  it('is made with its secret, which is shown this once and stored encrypted', async () => {
    const endpoint = await created();
    expect(endpoint).toMatchObject({
      ...{ url: URL_OF_HOOK, types: ['*'], ordered: false, description: null, status: 'enabled' },
      ...{
        disabledReason: null,
        secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) as string,
      },
    });
    const { secret, ...shown } = endpoint;
    expect(await get(endpoint.id)).toEqual(shown);
    const rows = await server.database.query(
      `SELECT secret, previous_secret, url FROM webhook_endpoints WHERE id = $1`,
      [endpoint.id],
    );
    const bytes = Buffer.from(secret.slice(6), 'base64');
    const [{ secret: stored }] = rows as [{ secret: Buffer }];
    expect([stored.includes(bytes), stored.includes(secret)]).toEqual([false, false]);
  });

  it('is listed, changed and deleted, and no audit row has its secret', async () => {
    const { id, secret } = await created({ types: ['member.joined'], ordered: true });
    const changes = { types: ['*', 'member.joined'], ordered: false, description: 'Billing' };
    const changed = await server.patch(`${PATH}/${id}`, customer.token, changes);
    expect(changed.body).toMatchObject({ types: ['*'], ordered: false, description: 'Billing' });
    const list = await server.get(PATH, customer.token);
    expect((list.body as { data: unknown[] }).data).toEqual([changed.body]);
    const rotated = await server.post(`${PATH}/${id}/rotate-secret`, customer.token);
    expect(rotated.status).toBe(200);
    await server.delete(`${PATH}/${id}`, customer.token).expect(204);
    expectProblem(
      await server.get(`${PATH}/${id}`, customer.token),
      404,
      'webhook_endpoint_not_found',
    );
    const log = await server.get('/v1/audit-log', customer.token);
    for (const action of ['create', 'update', 'rotate_secret', 'delete'])
      expect(log.text).toContain(`webhook_endpoint.${action}`);
    for (const each of [secret, (rotated.body as { secret: string }).secret])
      expect(log.text).not.toContain(each.slice(6));
  });

  it('is disabled and enabled by hand, each time once', async () => {
    const { id } = await created();
    for (let times = 0; times < 2; times += 1) {
      const disabled = await server.post(`${PATH}/${id}/disable`, customer.token);
      expect(disabled.body).toMatchObject({ status: 'disabled', disabledReason: 'by_person' });
    }
    for (const path of ['test', 'replay']) {
      const body = path === 'replay' ? { since: '2026-01-01T00:00:00Z' } : undefined;
      const refused = await server.post(`${PATH}/${id}/${path}`, customer.token, body);
      expectProblem(refused, 409, 'webhook_endpoint_disabled');
    }
    for (let times = 0; times < 2; times += 1) {
      const enabled = await server.post(`${PATH}/${id}/enable`, customer.token);
      expect(enabled.body).toMatchObject({ status: 'enabled', disabledReason: null });
    }
  });
});

describe('the URL of an endpoint', () => {
  function expectFaultOfUrl(answer: Response, code: string): void {
    expect(expectFaults(answer, '/url').map((fault) => fault.code)).toEqual([code]);
  }

  it.each([
    ['url', 'not a URL'],
    ['url', '/relative'],
    ['url', 'ftp://hooks.example/'],
    ['credentials', 'https://user@hooks.example/'],
    ['credentials', 'https://user:secret@hooks.example/'],
    ['address_refused', 'https://127.0.0.1/'],
    ['address_refused', 'https://localhost:4000/'],
    ['address_refused', 'https://[::ffff:10.0.0.1]/'],
    ['address_refused', 'https://0x7f.1/'],
    ['address_refused', 'http://169.254.169.254/latest/meta-data'],
  ])('is refused: %s of %s', async (code, url) => {
    expectFaultOfUrl(await create({ url }), code);
    const { id } = await created();
    const changed = await server.patch(`${PATH}/${id}`, customer.token, { url });
    expectFaultOfUrl(changed, code);
  });

  it('is https in production', async () => {
    const production = await TestApplication.start({ environment: 'production' });
    const { token } = await signUp(production);
    const refused = await production.post(PATH, token, { url: 'http://hooks.example/' });
    expectFaultOfUrl(refused, 'https');
    await production.stop();
  });
});

describe('the limit of 20', () => {
  it('is exact under a race, of one business', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => create({ url: URL_OF_HOOK })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    const refused = answers.filter(({ status }) => status !== 201);
    for (const answer of refused) expectProblem(answer, 409, 'too_many_webhook_endpoints');
    const other = await signUp(server);
    await server.post(PATH, other.token, { url: URL_OF_HOOK }).expect(201);
  });
});

describe('who may', () => {
  it('is an owner or admin; others are refused', async () => {
    const { id } = await created();
    for (const role of ['member', 'viewer'] as const) {
      const { token } = await addMember(server, customer, role);
      expectProblem(await server.get(PATH, token), 403, 'permission_denied');
      expectProblem(await create({ url: URL_OF_HOOK }, token), 403, 'permission_denied');
      expectProblem(await server.delete(`${PATH}/${id}`, token), 403, 'permission_denied');
    }
    const admin = await addMember(server, customer, 'admin');
    await server.post(PATH, admin.token, { url: URL_OF_HOOK }).expect(201);
  });

  it('covers types of what the maker may read only', async () => {
    const admin = await addMember(server, customer, 'admin');
    const made = await create(
      { url: URL_OF_HOOK, types: ['webhook_endpoint.disabled'] },
      admin.token,
    );
    expect(made.body).toMatchObject({ types: ['webhook_endpoint.disabled'] });
    expectFaults(await create({ url: URL_OF_HOOK, types: ['no.such_type'] }), '/types');
    expectFaults(await create({ url: URL_OF_HOOK, types: [] }), '/types');
  });

  it('is no support session of either mode', async () => {
    const { id } = await created();
    for (const mode of ['read', 'write']) {
      const { token } = await openSupport(server, staff, customer, { mode });
      await server.get(PATH, token).expect(200);
      await server.get(`${PATH}/${id}/deliveries`, token).expect(200);
      const since = { since: '2026-01-01T00:00:00Z' };
      for (const refused of [
        await server.post(PATH, token, { url: URL_OF_HOOK }),
        await server.patch(`${PATH}/${id}`, token, { ordered: true }),
        await server.delete(`${PATH}/${id}`, token),
        ...[await server.post(`${PATH}/${id}/replay`, token, since)],
        ...(await Promise.all(
          ['rotate-secret', 'test', 'enable', 'disable'].map((path) =>
            server.post(`${PATH}/${id}/${path}`, token),
          ),
        )),
        await server.post(`/v1/webhook-deliveries/${newId()}/redeliver`, token),
      ])
        expectProblem(refused, 403, 'support_forbidden');
    }
  });

  it('is not another tenant', async () => {
    const { id } = await created();
    const other = await signUp(server);
    expectProblem(
      await server.get(`${PATH}/${id}`, other.token),
      404,
      'webhook_endpoint_not_found',
    );
    expectProblem(
      await server.post(`${PATH}/${id}/rotate-secret`, other.token),
      404,
      'webhook_endpoint_not_found',
    );
  });
});

describe('endpoints of the installation', () => {
  const STAFF_PATH = '/v1/staff/webhook-endpoints';

  it('are made by staff, hidden from tenants, and audited for the installation', async () => {
    const made = await server.post(STAFF_PATH, staff.token, { url: URL_OF_HOOK });
    expect(made.status).toBe(201);
    const { id } = made.body as WebhookEndpointResponse;
    await server.get(`${STAFF_PATH}/${id}`, staff.token).expect(200);
    expectProblem(
      await server.get(`${PATH}/${id}`, customer.token),
      404,
      'webhook_endpoint_not_found',
    );
    const own = await created();
    expectProblem(
      await server.get(`${STAFF_PATH}/${own.id}`, staff.token),
      404,
      'webhook_endpoint_not_found',
    );
    const log = await server.get(
      '/v1/staff/audit-log?action=staff_webhook_endpoint.create',
      staff.token,
    );
    expect(log.text).toContain(id);
    await server.delete(`${STAFF_PATH}/${id}`, staff.token).expect(204);
  });
});
