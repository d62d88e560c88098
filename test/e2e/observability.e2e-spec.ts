import { readFileSync } from 'node:fs';
import request from 'supertest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { newId } from '../../src/common/ids';
import { createServer } from '../../src/server';
import { withConnection } from '../support/connection';
import { aRecording, signUp, type Customer } from '../support/customers';
import { insertJob } from '../support/jobs';
import { keepingLogger, type Line } from '../support/logs';
import { expectProblem } from '../support/problems';
import { addStaff, openSupport } from '../support/staff';
import { statementsOf } from '../support/statement-counter';
import { TestApplication } from '../support/test-application';
import { testConfig } from '../support/test-config';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/* What an operator sees: the lines of the log and their ids, the dashboard, and why a server is not ready. */

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE_ID}-${CALLER}-01`;

describe('the log', () => {
  let database: TestDatabase;
  let helper: TestApplication;
  let app: NestFastifyApplication;
  let url: string;
  let customer: Customer;
  const { logger, lines } = keepingLogger();
  beforeAll(async () => {
    database = await createTestDatabase();
    helper = await TestApplication.start({}, database);
    customer = await signUp(helper);
    await database.query('DELETE FROM graphile_worker._private_jobs');
    app = await createServer(testConfig(database.url, { roles: ['worker'] }), logger);
    await app.listen({ port: 0, host: '127.0.0.1' });
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    await helper.stop();
  });

  async function linesOf(requestId: string): Promise<Line[]> {
    const found = () => lines().filter((line) => line.requestId === requestId);
    await until('the answer is in the log', () => found().length > 0);
    return found();
  }

  async function ask(path: string, token: string, traceparent?: string): Promise<Line> {
    const requestId = newId();
    const asked = request(url).get(path).set({ 'x-request-id': requestId });
    if (traceparent !== undefined) void asked.set({ traceparent });
    await asked.set('authorization', `Bearer ${token}`);
    const [line] = await linesOf(requestId);
    return line!;
  }

  it('bears who asked, in which business and trace', async () => {
    const line = await ask('/v1/applications', customer.token, TRACEPARENT);
    expect(line).toMatchObject({ traceId: TRACE_ID, businessId: customer.business.id });
    expect(line.actorId).toMatch(/^[0-9a-f-]{36}$/);
    expect(line.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(line.spanId).not.toBe(CALLER);
    expect(line).not.toHaveProperty('supportSessionId');
  });

  it.each([
    undefined,
    '',
    'nonsense',
    `00-${'0'.repeat(32)}-${CALLER}-01`,
    `ff${TRACEPARENT.slice(2)}`,
  ])('begins a trace for %j, another for each request', async (traceparent) => {
    const [one, other] = [
      await ask('/v1/me', customer.token, traceparent),
      await ask('/v1/me', customer.token, traceparent),
    ];
    expect(one.traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(one.traceId).not.toBe(other.traceId);
  });

  it('names the support session', async () => {
    const staff = await addStaff(helper);
    const support = await openSupport(helper, staff, customer);
    const line = await ask('/v1/me', support.token);
    expect(line).toMatchObject({ supportSessionId: support.id, businessId: customer.business.id });
  });

  it.each([
    ['an ordinary route', '/v1/applications', () => ({ name: 'Shop' }), () => customer.token],
    ['the hot route', '/v1/recordings', () => aRecording(), () => customer.key],
  ])('gives the ids to the error of %s too', async (_, path, body, token) => {
    const requestId = newId();
    await database.query('ALTER TABLE applications RENAME TO gone_applications');
    await database.query('ALTER FUNCTION admit_recordings RENAME TO gone_admit');
    try {
      const answer = await request(url)
        .post(path)
        .set({ 'x-request-id': requestId, traceparent: TRACEPARENT })
        .set('authorization', `Bearer ${token()}`)
        .send(body());
      expect(answer.status).toBe(500);
    } finally {
      await database.query('ALTER FUNCTION gone_admit RENAME TO admit_recordings');
      await database.query('ALTER TABLE gone_applications RENAME TO applications');
    }
    await until('both lines are there', async () => (await linesOf(requestId)).length === 2);
    for (const line of await linesOf(requestId))
      expect(line).toMatchObject({ traceId: TRACE_ID, businessId: customer.business.id });
  });

  it("continues in the jobs that a request has enqueued, under the tenant's id", async () => {
    const requestId = newId();
    await request(url)
      .post('/v1/invitations')
      .set({ 'x-request-id': requestId, traceparent: TRACEPARENT })
      .set('authorization', `Bearer ${customer.token}`)
      .send({ email: `${newId()}@example.com`, role: 'viewer' })
      .expect(201);
    const ofJob = () =>
      lines().filter(({ job, traceId }) => job?.name === 'mail.send' && traceId === TRACE_ID);
    await until('the job is in the log', () => ofJob().length > 0);
    const [asked] = await linesOf(requestId);
    const [done] = ofJob();
    expect(done!.businessId).toBe(customer.business.id);
    expect(done!.actorId).toBe(asked!.actorId);
    expect([done!.spanId, done!.requestId]).not.toEqual([asked!.spanId, requestId]);
    const within = lines().filter(({ requestId: id }) => id === done!.requestId);
    expect(within.map(({ msg }) => msg).join('\n')).toMatch(/^mail: [^]*job mail\.send is done/);
  });
});

describe('the dashboard', () => {
  interface Panel {
    type: string;
    title: string;
    targets?: { expr: string }[];
  }
  const file = readFileSync('deploy/grafana/tenantry.json', 'utf8');
  const dashboard = JSON.parse(file) as { schemaVersion: number; panels: Panel[] };
  const expressions = dashboard.panels.flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr),
  );
  /** A name stands before its labels. */
  const named = new Set(expressions.flatMap((expr) => expr.match(/[a-z_0-9]+(?=\{)/g) ?? []));

  it('is one that Grafana reads, and each panel asks for something', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    const empty = dashboard.panels.filter(
      ({ type, targets }) => type !== 'row' && !targets?.length,
    );
    expect(empty).toEqual([]);
  });

  it('queries only existing metrics, and all that Tenantry defines', async () => {
    const server = await TestApplication.start();
    const { key } = await signUp(server);
    await server.post('/v1/recordings', key, aRecording()).expect(201);
    await server.post('/v1/recordings', key, aRecording()).expect(201);
    const { text } = await server.get('/metrics').expect(200);
    await server.stop();
    const described = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
    const exported = described.flatMap(([, name, type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name! + end) : [name!],
    );
    expect([...named].filter((name) => !exported.includes(name))).toEqual([]);
    const own = exported.filter((name) => !/^(process|nodejs)_/.test(name));
    expect(own.filter((name) => !named.has(name))).toEqual([]);
    expect(text).toMatch(/^ingestion_flush_recordings_sum 2$/m);
  });

  it('names the states of jobs that there are', async () => {
    const server = await TestApplication.start();
    await insertJob(server.database, { lockedBy: 'a worker' });
    const { text } = await server.get('/metrics').expect(200);
    await server.stop();
    expect(text).toMatch(/^queue_jobs\{state="running"\} 1$/m);
    for (const state of ['ready', 'delayed', 'failed'])
      expect(text).toMatch(new RegExp(`^queue_jobs\\{state="${state}"\\} 0$`, 'm'));
  });
});

describe('GET /health/ready', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());
  const SECOND_MS = 1_000;
  const expectReady = () => {
    server.clock.moveBy(SECOND_MS);
    return server.get('/health/ready').expect(200);
  };
  beforeEach(expectReady);
  afterEach(expectReady);

  it('asks the database once a second, for any number of callers and any answer', async () => {
    const ask = () => server.get('/health/ready');
    const first = await statementsOf(expectReady);
    expect(first.work).toHaveLength(1);
    const again = await statementsOf(() => Promise.all(Array.from({ length: 20 }, ask)));
    expect(again.work).toEqual([]);
    server.clock.moveBy(SECOND_MS);
    await server.database.query('ALTER SCHEMA graphile_worker RENAME TO gone');
    const later = await statementsOf(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, ask));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    });
    await server.database.query('ALTER SCHEMA gone RENAME TO graphile_worker');
    expect(later.work).toHaveLength(1);
  });

  async function expectNotReady(reason: RegExp): Promise<void> {
    server.clock.moveBy(SECOND_MS);
    const answer = await server.get('/health/ready');
    const { detail } = expectProblem(answer, 503, 'not_ready') as { detail?: string };
    expect(detail).toMatch(reason);
    expect(answer.headers['retry-after']).toBe('5');
  }

  it('says which migrations are missing', async () => {
    const gone = await server.database.query<{ id: number; timestamp: string; name: string }>(
      'DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations) RETURNING *',
    );
    await expectNotReady(/1 migrations are missing/);
    const { id, timestamp, name } = gone[0]!;
    const values = [id, timestamp, name];
    await server.database.query('INSERT INTO migrations VALUES ($1, $2, $3)', values);
  });

  it('says that the queue is missing', async () => {
    await server.database.query('ALTER SCHEMA graphile_worker RENAME TO gone');
    await expectNotReady(/queue is missing/);
    await server.database.query('ALTER SCHEMA gone RENAME TO graphile_worker');
  });

  it('says that the database takes no writes, as after a failover, and notices when it does again', async () => {
    const name = new URL(server.database.url).pathname.slice(1);
    await withConnection(server.database.url, {}, async (client) => {
      await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      await client.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
      await until('the server says so', async () => {
        server.clock.moveBy(SECOND_MS);
        const answer = await server.get('/health/ready');
        const { detail } = answer.body as { detail?: string };
        return answer.status === 503 && detail === 'the database takes no writes';
      });
      await client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    });
  });

  it('reports that the database does not answer, while the process is alive', async () => {
    const other = await TestApplication.start();
    await other.database.drop(); // with its connections
    const answer = await other.get('/health/ready');
    expectProblem(answer, 503, 'database_unavailable');
    await other.get('/health/live').expect(200);
    await other.app.close();
  });
});
