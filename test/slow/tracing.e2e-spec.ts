import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { LocalStripe } from '@tenantry/local-stripe';
import { API_KEY, WEBHOOK_SECRET } from '../support/billing';
import { aRecording, PASSWORD, signUp, type Customer } from '../support/customers';
import { MailServer } from '../support/mail-server';
import { ServerProcess } from '../support/server-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { attributeOf, TraceCollector, type CollectedSpan } from '../support/trace-collector';
import { until } from '../support/until';

/* What a collector gets of a server process, by OTLP over HTTP; it is sent by the real SDK. */

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const [INTERNAL, SERVER, CLIENT, CONSUMER] = [1, 2, 3, 5];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('spans', () => {
  let collector: TraceCollector;
  let customer: Customer;

  beforeAll(async () => {
    collector = await TraceCollector.start();
    const mailServer = await MailServer.start();
    const stripe = await LocalStripe.start({ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET });
    const server = await ServerProcess.start({
      DATABASE_URL: database.url,
      ROLES: 'web,worker,cron',
      RENEWAL_CRON: '* * * * * *',
      SMTP_URL: mailServer.url,
      STRIPE_SECRET_KEY: API_KEY,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_API_BASE: stripe.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    customer = await signUp(server);
    await record(server);
    await server.post('/v1/auth/password/forgot', undefined, { email: customer.email }).expect(202);
    await checkOut(server);
    await server.get('/v1/me').set({ traceparent: `00-${TRACE_ID}-${CALLER}-00` });
    await untilMailed(mailServer);
    await untilRenewed();
    expect(await server.stop()).toBe(0); // what is left is sent
    await Promise.all([stripe.close(), mailServer.close(), collector.close()]);
  });

  async function record(server: ServerProcess): Promise<void> {
    const traceparent = `00-${TRACE_ID}-${CALLER}-01`;
    await server
      .post('/v1/recordings', customer.key, aRecording())
      .set({ traceparent })
      .expect(201);
  }

  async function checkOut(server: ServerProcess): Promise<void> {
    const [plan] = await database.query<{ id: string }>(`SELECT id FROM plans WHERE slug = 'pro'`);
    const request = { planId: plan!.id, successPath: '/paid', cancelPath: '/' };
    await server.post('/v1/billing/checkout-sessions', customer.token, request).expect(201);
  }

  const untilMailed = (mailServer: MailServer) =>
    until('the mails are out and no job is left', async () => {
      const jobs = await database.query('SELECT FROM graphile_worker.jobs');
      return mailServer.mails.length > 0 && jobs.length === 0;
    });

  const untilRenewed = () =>
    until('the renewal has run', async () => {
      const beats = await database.query(
        `SELECT FROM cron_heartbeats WHERE name = 'subscriptions.renew'`,
      );
      return beats.length === 1;
    });

  function spansOf(name: string | RegExp): CollectedSpan[] {
    return collector.spans.filter((span) =>
      typeof name === 'string' ? span.name === name : name.test(span.name),
    );
  }

  function* ancestorsOf(span: CollectedSpan): Generator<CollectedSpan> {
    const parent = collector.spans.find(({ spanId }) => spanId === span.parentSpanId);
    if (!parent) return;
    yield parent;
    yield* ancestorsOf(parent);
  }

  it('are those of the service tenantry', () => {
    expect([...collector.services]).toEqual(['tenantry']);
    for (const span of collector.spans)
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
  });

  it('have requests, in the trace of their caller', () => {
    const [recording] = spansOf('POST /v1/recordings');
    expect(recording).toMatchObject({ traceId: TRACE_ID, parentSpanId: CALLER, kind: SERVER });
    expect(attributeOf(recording!, 'http.route')).toBe('/v1/recordings');
    expect(attributeOf(recording!, 'http.response.status_code')).toBe(201);
    expect(attributeOf(recording!, 'tenantry.business_id')).toBe(customer.business.id);
  });

  it('leave out what the caller does not record', () => {
    expect(spansOf('GET /v1/me')).toEqual([]);
  });

  it('have flushes, which name the requests that they store for', () => {
    const [recording] = spansOf('POST /v1/recordings');
    const flushes = spansOf('recordings.flush');
    expect(flushes).toHaveLength(1);
    expect(flushes[0]!.kind).toBe(INTERNAL);
    expect(flushes[0]!.parentSpanId).toBeUndefined();
    expect(flushes[0]!.links).toEqual([
      expect.objectContaining({ traceId: TRACE_ID, spanId: recording!.spanId }),
    ]);
  });

  it('have jobs, in the trace of who asked for them, and the mails that they send', () => {
    const [asked] = spansOf('POST /v1/auth/password/forgot');
    const mails = spansOf('mail').filter(({ traceId }) => traceId === asked!.traceId);
    expect(mails).toEqual([expect.objectContaining({ kind: CLIENT })]);
    const above = [...ancestorsOf(mails[0]!)].map(({ name, kind }) => [name, kind]);
    expect(above).toEqual([
      ['job mail.send_awaited', CONSUMER],
      ['job password.forgot', CONSUMER],
      ['POST /v1/auth/password/forgot', SERVER],
    ]);
    expect(attributeOf(mails[0]!, 'tenantry.mail.template')).toBe('password-reset');
  });

  it('have calls of Stripe, under the request that makes them', () => {
    const [checkout] = spansOf('POST /v1/billing/checkout-sessions');
    const calls = spansOf('Stripe').filter(({ traceId }) => traceId === checkout!.traceId);
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls)
      expect(call).toMatchObject({ kind: CLIENT, parentSpanId: checkout!.spanId });
  });

  it('have runs of schedules, each in a trace of its own', () => {
    const runs = spansOf('schedule subscriptions.renew');
    expect(runs.length).toBeGreaterThan(0);
    expect(new Set(runs.map(({ traceId }) => traceId)).size).toBe(runs.length);
  });

  it('contain no secret and no address', () => {
    const text = JSON.stringify(collector.spans);
    const secrets = [customer.token, customer.key, customer.email, PASSWORD, API_KEY, '127.0.0.1'];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});

it('a collector that is away holds up neither an answer nor a stop', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo; // takes connections, and never answers
  const server = await ServerProcess.start({
    DATABASE_URL: database.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  });
  await server.get('/health/ready').expect(200);
  expect(await server.stop()).toBe(0);
  listener.close();
});
