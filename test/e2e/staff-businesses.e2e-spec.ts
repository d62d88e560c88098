import type { LoginResponse } from '../../src/modules/accounts/dto/account.responses';
import type { Response } from 'supertest';
import { RequestContext } from '../../src/common/request-context';
import { PLATFORM_ID } from '../../src/common/ids';
import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import type { StaffBusinessResponse } from '../../src/modules/staff/dto/staff.responses';
import { StaffService } from '../../src/modules/staff/staff.service';
import { createApplication } from '../product/support/applications';
import { aRecording, signUp, type Customer } from '../support/customers';
import { addMember } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { storeRecording } from '../product/support/recordings';
import { addStaff, openSupport, readAuditLog, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';

describe('staff', () => {
  let server: TestApplication;
  let replica: TestApplication;
  let staff: StaffMember;
  beforeAll(async () => {
    server = await TestApplication.start();
    replica = await TestApplication.start({}, server.database);
    staff = await addStaff(server);
  });
  afterEach(() => jest.restoreAllMocks());

  afterAll(async () => {
    await replica.app.close();
    await server.stop();
  });

  const accounts = (): StaffService => server.app.get(StaffService);
  const job = (name: string): RequestContext => RequestContext.job(name);
  const list = (token: string, query = '', via = server): Promise<Response> =>
    Promise.resolve(via.get(`/v1/staff/businesses${query}`, token));
  const setStatus = (
    id: string,
    verb: 'activate' | 'deactivate' | 'deactivated',
  ): Promise<Response> =>
    Promise.resolve(server.post(`/v1/staff/businesses/${id}/${verb}`, staff.token));
  const dashboard = (token: string, via = server): Promise<Response> =>
    Promise.resolve(via.get('/v1/business', token));

  describe('finding businesses', () => {
    const idsOf = (response: Response): string[] =>
      (response.body as { data: StaffBusinessResponse[] }).data.map(({ id }) => id);
    const find = async (query: string): Promise<string[]> =>
      idsOf(await list(staff.token, `?query=${encodeURIComponent(query)}`));

    it('goes by a part of the name, in any letter case', async () => {
      const { business } = await signUp(server, 'Bletchley Park Ltd');
      expect(await find('ETCHLEY p')).toEqual([business.id]);
      expect(await find('Bletchley Park Limited')).toEqual([]);
    });

    it('takes % and _ and \\ for what they are', async () => {
      const percent = await signUp(server, 'Half 50% off');
      const underscore = await signUp(server, 'snake_case & co');
      const backslash = await signUp(server, 'back\\slash');
      await signUp(server, 'Half 50 offers, snakeXcase, backslash');
      expect(await find('50%')).toEqual([percent.business.id]);
      expect(await find('%')).toEqual([percent.business.id]);
      expect(await find('snake_case')).toEqual([underscore.business.id]);
      expect(await find('_')).toEqual([underscore.business.id]);
      expect(await find('\\')).toEqual([backslash.business.id]);
      expect(await find("' OR true --")).toEqual([]);
    });

    it('goes by a member’s whole address in any letter case, an owner’s or another’s', async () => {
      const customer = await signUp(server);
      const viewer = await addMember(server, customer, 'viewer');
      for (const email of [customer.email, customer.email.toUpperCase(), viewer.email])
        expect(await find(email)).toEqual([customer.business.id]);
      expect(await find(customer.email.slice(0, -1))).toEqual([]);
    });

    it('goes by the id of the business or of a member', async () => {
      const { business, member } = await signUp(server);
      for (const id of [business.id, business.id.toUpperCase(), member.id])
        expect(await find(id)).toEqual([business.id]);
      expect(await find(PLATFORM_ID)).toEqual([]);
    });

    it('shows all, newest first, in pages that neither repeat nor skip', async () => {
      const made = [];
      for (let count = 0; count < 5; count += 1)
        made.unshift((await signUp(server, 'Paged Ltd')).business.id);
      expect(idsOf(await list(staff.token, '?query=Paged'))).toEqual(made);
      const pages: string[] = [];
      let cursor: string | null = null;
      do {
        const after: string = cursor ? `&cursor=${cursor}` : '';
        const page = await list(staff.token, `?query=Paged&limit=2${after}`);
        pages.push(...idsOf(page));
        cursor = (page.body as { nextCursor: string | null }).nextCursor;
      } while (cursor);
      expect(pages).toEqual(made);
    });

    it('refuses a query that is empty, too long or unknown', async () => {
      expectFaults(await list(staff.token, '?query='), '/query');
      expectFaults(await list(staff.token, `?query=${'x'.repeat(255)}`), '/query');
      expectFaults(await list(staff.token, '?cursor=x'), '/cursor');
      expectFaults(await list(staff.token, '?name=Acme'), '/name');
    });

    it('shows one with its subscription, usage and owners', async () => {
      const customer = await signUp(server, 'Shown Ltd');
      await storeRecording(server, customer);
      const second = await addMember(server, customer, 'owner');
      await addMember(server, customer, 'admin');
      const response = await server.get(
        `/v1/staff/businesses/${customer.business.id}`,
        staff.token,
      );
      const mine = await server.get('/v1/subscription', customer.token);
      expect(response.status).toBe(200);
      expect(response.body).toEqual({
        ...customer.business,
        subscription: mine.body as object,
        stripe: null,
        owners: [
          { id: customer.member.id, email: customer.email, fullName: 'Ada Lovelace' },
          { id: second.id, email: second.email, fullName: 'Grace Hopper' },
        ],
      });
      expect(response.body).toMatchObject({
        subscription: { usage: { recordings: { used: 1 }, seats: { used: 3 } } },
      });
      const found = await list(staff.token, '?query=Shown');
      expect(found.body).toEqual({ data: [response.body], nextCursor: null });
    });

    it('answers alike to a missing and to a malformed id', async () => {
      const [missing, malformed] = [
        await server.get(`/v1/staff/businesses/${PLATFORM_ID}`, staff.token),
        await server.get('/v1/staff/businesses/acme', staff.token),
      ];
      expectProblem(missing, 404, 'business_not_found');
      expect(comparable(malformed)).toEqual(comparable(missing));
      for (const verb of ['activate', 'deactivate'] as const)
        expectProblem(await setStatus(PLATFORM_ID, verb), 404, 'business_not_found');
    });
  });

  describe('deactivating a business', () => {
    const useSdk = (key: string, via = server): Promise<Response> =>
      Promise.resolve(via.post('/v1/recordings', key, aRecording()));

    it('shuts out the tenant, its SDK and support from the next request on, until it is activated', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer);
      const { id } = customer.business;
      expect((await setStatus(id, 'deactivated')).status).toBe(404); // no such route
      expect((await setStatus(id, 'deactivate')).body).toMatchObject({ status: 'deactivated' });
      for (const via of [server, replica]) {
        expectProblem(await dashboard(customer.token, via), 403, 'business_deactivated');
        expectProblem(await dashboard(support.token, via), 403, 'business_deactivated');
        expectProblem(await useSdk(customer.key, via), 403, 'business_deactivated');
      }
      expect(await countRecordings(customer)).toBe(0);
      expect((await setStatus(id, 'activate')).body).toMatchObject({ status: 'active' });
      for (const via of [server, replica]) {
        expect((await dashboard(customer.token, via)).status).toBe(200);
        expect((await useSdk(customer.key, via)).status).toBe(201);
      }
    });

    it('lets its people log in, and reports that it is deactivated; support cannot be opened there', async () => {
      const customer = await signUp(server);
      await setStatus(customer.business.id, 'deactivate');
      const credentials = { email: customer.email, password: 'correct horse battery staple' };
      const right = await server.post('/v1/auth/login', undefined, credentials);
      expect([right.status, (right.body as LoginResponse).business?.status]).toEqual([
        200,
        'deactivated',
      ]);
      const wrong = { ...credentials, password: 'not this password' };
      expectProblem(
        await server.post('/v1/auth/login', undefined, wrong),
        401,
        'invalid_credentials',
      );
      await expect(openSupport(server, staff, customer)).rejects.toThrow('403');
    });

    it('may be asked for twice, and touches no other business', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      for (let times = 0; times < 2; times += 1)
        expect((await setStatus(customer.business.id, 'deactivate')).status).toBe(200);
      expect((await dashboard(other.token)).status).toBe(200);
      expect((await useSdk(other.key)).status).toBe(201);
    });

    async function countRecordings({ business }: Customer): Promise<number | undefined> {
      const [row] = await server.database.query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM recordings WHERE business_id = $1',
        [business.id],
      );
      return row?.count;
    }
  });

  describe('GET /v1/staff/audit-log', () => {
    const read = (query = ''): Promise<AuditEntryResponse[]> =>
      readAuditLog(server, staff.token, query, '/v1/staff/audit-log');

    it('shows the log of one business, as the tenant sees it', async () => {
      const customer = await signUp(server);
      await createApplication(server, customer);
      await setStatus(customer.business.id, 'deactivate');
      await setStatus(customer.business.id, 'activate');
      const entries = await read(`&businessId=${customer.business.id.toUpperCase()}`);
      expect(entries).toEqual(await readAuditLog(server, customer.token));
      const actions = entries.map(({ action }) => action);
      expect(actions.slice(0, 3)).toEqual([
        'business.activate',
        'business.deactivate',
        'application.create',
      ]);
      expect(entries[0]).toMatchObject({
        actor: { kind: 'staff', id: staff.id, email: staff.email },
        onBehalfOf: null,
        target: { type: 'business', id: customer.business.id },
        changes: { status: ['deactivated', 'active'] },
      });
    });

    it('shows that of the installation: accounts, sessions, and no tenant’s rows', async () => {
      const agent = await addStaff(server);
      await signUp(server);
      await accounts().disable(job('staff.disable'), agent.email);
      const entries = await read();
      const about = (action: string, type: string) =>
        entries.find((entry) => entry.action === action && entry.target.type === type);
      expect(about('staff.disable', 'staff_account')).toMatchObject({
        actor: { kind: 'job' },
        target: { id: agent.id },
        changes: { status: ['active', 'disabled'] },
      });
      expect(about('staff_session.create', 'staff_session')).toMatchObject({
        actor: { kind: 'staff', id: agent.id, email: agent.email },
        changes: { tokenHash: ['***', '***'] },
      });
      expect(about('staff.create', 'staff_account')).toMatchObject({
        changes: { passwordHash: ['***', '***'], email: [null, agent.email] },
      });
      const types = new Set(entries.map(({ target }) => target.type));
      for (const type of ['business', 'member', 'session', 'api_key', 'subscription'])
        expect(types).not.toContain(type);
    });

    it('filters and pages like the tenant’s', async () => {
      const entries = await read('&action=staff_session.create');
      expect(new Set(entries.map(({ action }) => action))).toEqual(
        new Set(['staff_session.create']),
      );
      const mine = await read(`&actorId=${staff.id}&action=staff_session.create`);
      expect(new Set(mine.map(({ actor }) => actor.id))).toEqual(new Set([staff.id]));
      const path = '/v1/staff/audit-log?limit=1';
      const first = await server.get(path, staff.token);
      const { data, nextCursor } = first.body as { data: AuditEntryResponse[]; nextCursor: string };
      const second = await server.get(`${path}&cursor=${nextCursor}`, staff.token);
      const [next] = (second.body as { data: AuditEntryResponse[] }).data;
      expect([data[0], next]).toEqual((await read()).slice(0, 2));
    });

    it('refuses a business id that is none', async () => {
      const response = await server.get('/v1/staff/audit-log?businessId=acme', staff.token);
      expectFaults(response, '/businessId');
      expect(await read(`&businessId=${staff.id}`)).toEqual([]);
    });
  });
});
