import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import { tokenKind } from '../../src/common/token';
import type {
  CreatedServiceKeyResponse,
  ServiceKeyResponse,
} from '../../src/modules/service-keys/dto/service-key';
import { signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { BAD_CURSORS, walkPages } from '../support/pages';
import { expectFaults, expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { createServiceKey } from '../support/service-keys';
import { addStaff, readAuditLog, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { METERED } from '../product/description';

/* The keys of the founder's own back ends: their lives, and whom a request with one may name. */

const KEYS = '/v1/staff/service-keys';
const CHECK = '/v1/entitlements/check';
const ONE_SECOND_MS = 1000;
const ONE_DAY_MS = 86_400_000;

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let other: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
  staff = await addStaff(server);
  customer = await signUp(server);
  other = await signUp(server);
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

function send(body: object): Promise<Response> {
  return Promise.resolve(server.post(KEYS, staff.token, { name: 'Worker', ...body }));
}

function rotate(id: string, overlapSeconds = 0): Promise<Response> {
  return Promise.resolve(server.post(`${KEYS}/${id}/rotate`, staff.token, { overlapSeconds }));
}

function ask(key: string, businessId: unknown = customer.business.id): Promise<Response> {
  return Promise.resolve(server.post(CHECK, key, { businessId, feature: METERED }));
}

async function works(key: string): Promise<boolean> {
  const { status } = await ask(key);
  if (status !== 200 && status !== 401) throw new Error(`the key was answered with ${status}`);
  return status === 200;
}

describe('a service key', () => {
  it('is shown once, with its scopes in their order and the businesses that it is bound to', async () => {
    const businessIds = [customer.business.id.toUpperCase(), customer.business.id];
    const scopes = ['entitlements:read', 'usage:write'];
    const response = await send({ scopes, businessIds });
    expect(response.status).toBe(201);
    const created = response.body as CreatedServiceKeyResponse;
    expect(created).toEqual({
      id: expect.any(String) as string,
      name: 'Worker',
      hint: created.key.slice(-4),
      scopes: ['usage:write', 'entitlements:read'],
      businessIds: [customer.business.id],
      createdAt: expect.any(String) as string,
      lastUsedAt: null,
      expiresAt: null,
      revokedAt: null,
      key: expect.stringMatching(/^tnv_[0-9A-Za-z]{46}$/) as string,
    });
    expect(tokenKind(created.key)).toBe('service_key');
    const { key, ...shown } = created;
    const list = await server.get(`${KEYS}?limit=1`, staff.token);
    expect((list.body as { data: ServiceKeyResponse[] }).data).toEqual([shown]);
    const rows = await server.database.query('SELECT * FROM service_keys');
    expect(JSON.stringify(rows)).not.toContain(key);
  });

  it('is not made with nothing to do, for no business, or with an end in the past', async () => {
    expectFaults(await send({}), '/scopes');
    expectFaults(await send({ scopes: [] }), '/scopes');
    expectFaults(await send({ scopes: ['reports:write'] }), '/scopes');
    const scopes = ['usage:write'];
    expectFaults(await send({ scopes, businessIds: [] }), '/businessIds');
    expectFaults(await send({ scopes, businessIds: ['one'] }), '/businessIds');
    expectFaults(await send({ scopes, businessIds: Array(101).fill(newId()) }), '/businessIds');
    expectFaults(await send({ scopes, expiresAt: '2020-01-01T00:00:00Z' }), '/expiresAt');
    const unknown = await send({ scopes, businessIds: [customer.business.id, newId()] });
    expectProblem(unknown, 404, 'business_not_found');
  });

  it('ends when it was said to, not a millisecond sooner or later', async () => {
    const endsAt = Date.now() + ONE_DAY_MS;
    const expiresAt = new Date(endsAt).toISOString();
    const { key } = await createServiceKey(server, staff, { expiresAt });
    freezeClockAt(server, endsAt - 1);
    expect(await works(key)).toBe(true);
    freezeClockAt(server, endsAt);
    expect(await works(key)).toBe(false);
  });

  it('works beside its successor during the overlap, and not a second longer', async () => {
    const changes = { scopes: ['entitlements:read'], businessIds: [customer.business.id] };
    const old = await createServiceKey(server, staff, changes);
    freezeClockAt(server, Date.now());
    const response = await rotate(old.id, 60);
    expect(response.status).toBe(201);
    const next = response.body as CreatedServiceKeyResponse;
    expect(next).toMatchObject({ ...changes, name: old.name });
    expect([await works(old.key), await works(next.key)]).toEqual([true, true]);
    freezeClockAt(server, Date.parse(next.createdAt) + 60 * ONE_SECOND_MS);
    expect([await works(old.key), await works(next.key)]).toEqual([false, true]);
  });

  it('is rotated once: of concurrent rotations one wins', async () => {
    const { id } = await createServiceKey(server, staff);
    const answers = await race(4, () => rotate(id));
    expect(tally(answers)).toEqual({ 201: 1, 409: 3 });
    for (const answer of answers.filter(({ status }) => status === 409))
      expectProblem(answer, 409, 'service_key_already_rotated');
    expectProblem(await rotate(newId()), 404, 'service_key_not_found');
  });

  it('ends at once when it is revoked, also where it is known without a query', async () => {
    const { id, key } = await createServiceKey(server, staff);
    expect(await works(key)).toBe(true);
    const path = `${KEYS}/${id}`;
    expect((await server.delete(path, staff.token)).status).toBe(204);
    expect(await works(key)).toBe(false);
    expect((await server.delete(path, staff.token)).status).toBe(204);
    expectProblem(await rotate(id), 409, 'service_key_already_rotated');
    expectProblem(
      await server.delete(`${KEYS}/${newId()}`, staff.token),
      404,
      'service_key_not_found',
    );
  });

  it('is in the log of the installation, its hash masked, and shows when it was used', async () => {
    const { id, key } = await createServiceKey(server, staff);
    await ask(key);
    const path = '/v1/staff/audit-log';
    const entries = await readAuditLog(server, staff.token, '&action=service_key.create', path);
    const made = entries.find(({ target }) => target.id === id)!;
    expect(made.target.type).toBe('service_key');
    expect(made.changes.tokenHash).toEqual(['***', '***']);
    const list = await server.get(`${KEYS}?limit=1`, staff.token);
    const [listed] = (list.body as { data: ServiceKeyResponse[] }).data;
    expect(listed).toMatchObject({ id, lastUsedAt: expect.any(String) as string });
  });

  it('is listed newest first, page by page', async () => {
    const { id } = await createServiceKey(server, staff);
    const get = (path: string) => Promise.resolve(server.get(path, staff.token));
    const pages = await walkPages<ServiceKeyResponse>(get, KEYS, 2);
    const ids = pages.flat().map((each) => each.id);
    expect(ids[0]).toBe(id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, cursor] of BAD_CURSORS)
      expectFaults(await get(`${KEYS}?cursor=${cursor}`), '/cursor');
  });
});

describe('the business of a request', () => {
  it('is the one that it names: any, or those of the key', async () => {
    const any = await createServiceKey(server, staff);
    const own = await createServiceKey(server, staff, { businessIds: [customer.business.id] });
    expect((await ask(any.key)).status).toBe(200);
    expect((await ask(any.key, other.business.id)).status).toBe(200);
    expect((await ask(own.key)).status).toBe(200);
    expect((await ask(own.key, customer.business.id.toUpperCase())).status).toBe(200);
  });

  it('has one answer where it is none: unknown, or not of the key', async () => {
    const { key } = await createServiceKey(server, staff, { businessIds: [customer.business.id] });
    const any = await createServiceKey(server, staff);
    const answers = [
      await ask(key, other.business.id),
      await ask(key, newId()),
      await ask(any.key, newId()),
    ];
    const bodies = answers.map((answer) => expectProblem(answer, 404, 'business_not_found'));
    expect(new Set(bodies.map(({ title, detail }) => `${title} ${detail}`)).size).toBe(1);
  });

  it('is named, as an id, in the body', async () => {
    const { key } = await createServiceKey(server, staff);
    const { business } = customer;
    const body = { feature: METERED };
    expectFaults(await server.post(CHECK, key, body), '/businessId');
    expectFaults(await ask(key, 'acme'), '/businessId');
    expectFaults(await ask(key, null), '/businessId');
    expectFaults(await ask(key, { id: business.id }), '/businessId');
    const inQuery = `${CHECK}?businessId=${business.id}`;
    expectFaults(await server.post(inQuery, key, body), '/businessId');
    const twice = { ...body, businessId: business.id };
    expectFaults(await server.post(inQuery, key, twice), '/businessId');
  });

  it('is refused while it is deactivated, from the next request, and served again afterwards', async () => {
    const { business } = await signUp(server);
    const { key } = await createServiceKey(server, staff);
    const path = `/v1/staff/businesses/${business.id}`;
    expect((await ask(key, business.id)).status).toBe(200);
    expect((await server.post(`${path}/deactivate`, staff.token)).status).toBe(200);
    expectProblem(await ask(key, business.id), 403, 'business_deactivated');
    expect((await server.post(`${path}/activate`, staff.token)).status).toBe(200);
    expect((await ask(key, business.id)).status).toBe(200);
  });
});
