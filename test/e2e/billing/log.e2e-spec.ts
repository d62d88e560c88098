import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PassThrough } from 'node:stream';
import pino, { type Logger } from 'pino';
import request from 'supertest';
import { LocalStripe } from '@tenantry/local-stripe';
import { loggerOptions } from '../../../src/platform/logging/logger';
import { createServer } from '../../../src/server';
import { API_KEY, WEBHOOK_SECRET } from '../../support/billing';
import { signUp, type Customer } from '../../support/customers';
import { expectProblem } from '../../support/problems';
import { TestApplication } from '../../support/test-application';
import { testConfig } from '../../support/test-config';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';

// Stripe's messages name its customers and the end of our key: they are not for the log.

/** What the local Stripe says where a fault was ordered, and where a key is unknown. */
const MESSAGES = [/A fault was ordered/, /Invalid API Key provided/];

function keepingLogger(): { logger: Logger; text: () => string } {
  const stream = new PassThrough();
  let written = '';
  stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  return { logger: pino(loggerOptions({ logLevel: 'trace' }), stream), text: () => written };
}

const { logger, text } = keepingLogger();
let stripe: LocalStripe;
let database: TestDatabase;
let helper: TestApplication;
let customer: Customer;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  database = await createTestDatabase();
  helper = await TestApplication.start({}, database);
  customer = await signUp(helper);
  stripe = await LocalStripe.start({ apiKey: 'sk_test_another', webhookSecret: WEBHOOK_SECRET });
  const config = testConfig(database.url, {
    stripeSecretKey: API_KEY,
    stripeWebhookSecrets: [WEBHOOK_SECRET],
    stripeApiBase: stripe.url,
  });
  app = await createServer(config, logger);
  await app.listen({ port: 0, host: '127.0.0.1' });
  url = await app.getUrl();
});

afterAll(async () => {
  await app.close();
  await stripe.close();
  await helper.stop();
});

afterEach(() => stripe.stopFailing());

async function openCheckout(): Promise<string> {
  const [plan] = await database.query<{ id: string }>(`SELECT id FROM plans WHERE slug = 'pro'`);
  const answer = await request(url)
    .post('/v1/billing/checkout-sessions')
    .set('authorization', `Bearer ${customer.token}`)
    .send({ planId: plan!.id, successPath: '/billing', cancelPath: '/billing' });
  expectProblem(answer, 503, 'payment_provider_unavailable');
  return String(answer.headers['x-request-id']);
}

it.each([
  ['fails by itself', { status: 500, code: 'api_error' }],
  ['has too much to do', { status: 429, code: 'rate_limit' }],
  ['does not know our key', null],
])('a 503 because Stripe %s says nothing of what Stripe said', async (_, fault) => {
  if (fault) stripe.failNext(100, fault);
  const requestId = await openCheckout();
  const line = new RegExp(`payment_provider_unavailable.*${requestId}`);
  await until('the problem is in the log', () => line.test(text()));
  for (const message of MESSAGES) expect(text()).not.toMatch(message);
  expect(text()).not.toContain(API_KEY);
});
