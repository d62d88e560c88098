import type { Response } from 'supertest';
import type {
  SessionResponse,
  SwitchResponse,
} from '../../src/modules/accounts/dto/account.responses';
import type { Config } from '../../src/platform/config/config';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { logIn } from '../support/members';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const LIMIT = 4;
const NEW_PASSWORD = 'another battery staple';

/* With spent limits and a deactivated business, sessions end and the password changes. */

describe("a member's own account", () => {
  let database: TestDatabase;
  let open: TestApplication;
  let server: TestApplication;
  let customer: Customer;
  const start = (changes: Partial<Config>) => TestApplication.start(changes, database);
  beforeAll(async () => {
    database = await createTestDatabase();
    open = await start({});
  });
  afterAll(() => open.stop());
  // What is counted lies in the process: each test has a server of its own, on the same database.
  beforeEach(async () => {
    customer = await signUp(open);
    server = await start({ rateLimitRequests: LIMIT });
  });
  afterEach(() => server.app.close());

  const spend = async (path: string, token: string): Promise<void> => {
    const answers: Response[] = [];
    while (answers.at(-1)?.status !== 429) answers.push(await server.get(path, token));
    expect(answers).toHaveLength(LIMIT + 1);
  };
  const changePassword = (token: string) =>
    server.post('/v1/me/password', token, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  const listSessions = async (token: string): Promise<SessionResponse[]> => {
    const response = await server.get('/v1/me/sessions', token);
    expect(response.status).toBe(200);
    return (response.body as { data: SessionResponse[] }).data;
  };

  describe('when its requests are spent', () => {
    let thief: string;
    beforeEach(async () => {
      thief = (await logIn(open, customer.email)).session.token;
      await spend('/v1/business', thief);
      expectProblem(await server.get('/v1/business', customer.token), 429, 'rate_limited');
    });

    it('lists and ends sessions, changes the password and logs out', async () => {
      const { token } = customer;
      const sessions = await listSessions(token);
      const { id } = sessions.find(({ current }) => !current)!;
      expect((await server.delete(`/v1/me/sessions/${id}`, token)).status).toBe(204);
      expect((await changePassword(token)).status).toBe(204);
      expect((await server.post('/v1/auth/logout', token)).status).toBe(204);
    });

    it('does so when the thief has spent the same there', async () => {
      await spend('/v1/me/sessions', thief);
      expect(await listSessions(customer.token)).toHaveLength(2);
      expect((await changePassword(customer.token)).status).toBe(204);
      expectProblem(await server.get('/v1/business', thief), 401, 'unauthenticated');
    });

    it('changes the password when the session list of the same session is spent', async () => {
      await spend('/v1/me/sessions', customer.token);
      expect((await changePassword(customer.token)).status).toBe(204);
      expect((await server.post('/v1/auth/logout', customer.token)).status).toBe(204);
    });
  });

  it('has an allowance of its own, which is told and ends', async () => {
    const first = await server.get('/v1/me/sessions', customer.token);
    expect(first.headers['ratelimit-policy']).toBe(`"own_account";q=${LIMIT};w=60`);
    for (let count = 1; count < LIMIT; count += 1) await listSessions(customer.token);
    const over = await server.get('/v1/me/sessions', customer.token);
    expectProblem(over, 429, 'rate_limited');
    expect((await server.get('/v1/business', customer.token)).status).toBe(200);
  });

  it('has sixty requests a minute and route, however many the limit allows', async () => {
    const usual = await start({ rateLimitRequests: 600 });
    const { headers } = await usual.get('/v1/me/sessions', customer.token);
    await usual.app.close();
    expect(headers['ratelimit-policy']).toBe('"own_account";q=60;w=60');
  });

  describe('in a deactivated business', () => {
    beforeEach(async () => {
      const sql = `UPDATE businesses SET status = 'deactivated' WHERE id = $1`;
      await database.query(sql, [customer.business.id]);
      expectProblem(await open.get('/v1/business', customer.token), 403, 'business_deactivated');
    });

    it('lists and ends sessions, changes the password and logs out', async () => {
      const { token, email } = customer;
      await logIn(open, email);
      const sessions = await listSessions(token);
      const { id } = sessions.find(({ current }) => !current)!;
      expect((await server.delete(`/v1/me/sessions/${id}`, token)).status).toBe(204);
      expect((await changePassword(token)).status).toBe(204);
      expect((await server.post('/v1/auth/logout', token)).status).toBe(204);
    });

    it('founds another, lists both, and switches to it', async () => {
      const { token } = customer;
      const founded = await open.post('/v1/businesses', token, { name: 'Anew' });
      expect(founded.status).toBe(201);
      const businessId = (founded.body as SwitchResponse).business.id;
      const mine = await open.get('/v1/me/businesses', token);
      expect(mine.body).toMatchObject({
        data: [
          { id: businessId, status: 'active', current: false },
          { id: customer.business.id, status: 'deactivated', current: true },
        ],
      });
      const switched = await open.post('/v1/me/switch', token, { businessId });
      expect(switched.status).toBe(200);
    });
  });
});
