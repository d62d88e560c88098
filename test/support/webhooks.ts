import type { Response } from 'supertest';
import Stripe from 'stripe';
import type { InboxEventResponse } from '../../src/modules/billing/dto/inbox';
import { API_KEY, WEBHOOK_SECRET, type BillingWorld } from './billing';
import type { Customer } from './customers';
import { clientOf } from '../../packages/local-stripe/test/fixtures';
import type { TestApplication } from './test-application';
import type { TestDatabase } from './test-database';

/* Deliveries of events, by Stripe and forged. */

export const WEBHOOK_PATH = '/v1/webhooks/stripe';

/** A body and the header that goes with it. */
export interface Signed {
  body: string;
  header: string;
}

let sequence = 0;

/** An id that no other event has. */
export function newEventId(): string {
  sequence += 1;
  return `evt_${process.pid}${sequence}`;
}

/** An event as Stripe writes it, by default of a type that is ignored. */
export function anEvent(changes: object = {}): Record<string, unknown> {
  return {
    ...{ id: newEventId(), object: 'event', type: 'payout.created', created: 1_800_000_000 },
    ...{ livemode: false, data: { object: { id: 'po_1', object: 'payout' } } },
    ...changes,
  };
}

/** One that says that something happened to a customer. */
export function eventOf(customerId: string, changes: object = {}): Record<string, unknown> {
  const object = { id: 'sub_1', object: 'subscription', customer: customerId };
  return anEvent({ type: 'customer.subscription.updated', data: { object }, ...changes });
}

/** Signed now, by the clock of the server, unless said otherwise. */
export function sign(
  { clock }: Pick<TestApplication, 'clock'>,
  content: object | string,
  { secret = WEBHOOK_SECRET, ageSeconds = 0 }: { secret?: string; ageSeconds?: number } = {},
): Signed {
  const body = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  const timestamp = Math.floor(clock.at(new Date()).getTime() / 1000) - ageSeconds;
  const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
  return { body, header };
}

/** Delivers byte by byte what is given. */
export async function deliver(
  server: Pick<TestApplication, 'send'>,
  { body, header }: Signed,
  contentType = 'application/json',
): Promise<Response> {
  return server
    .send('post', WEBHOOK_PATH)
    .set('content-type', contentType)
    .set('stripe-signature', header)
    .send(body);
}

/** Delivers all, one after the other; each has to be taken. */
export async function deliverAll(
  server: Pick<TestApplication, 'send'>,
  deliveries: readonly Signed[],
): Promise<void> {
  for (const delivery of deliveries) {
    const { status, text } = await deliver(server, delivery);
    if (status !== 200) throw new Error(`a delivery was answered with ${status}: ${text}`);
  }
}

export type StoredEvent = Pick<
  InboxEventResponse,
  'id' | 'type' | 'objectId' | 'customerId' | 'deliveries' | 'tries' | 'lastError'
> & { outcome: 'applied' | 'ignored' | null };

/** What is kept of these events, or of all; the first that came first. */
export function readInbox(database: TestDatabase, ids?: string[]): Promise<StoredEvent[]> {
  return database.query<StoredEvent>(
    `SELECT id, type, object_id AS "objectId", customer_id AS "customerId", deliveries, tries,
            last_error AS "lastError", outcome
     FROM webhook_inbox WHERE $1::text[] IS NULL OR id = ANY ($1) ORDER BY received_at, id`,
    [ids ?? null],
  );
}

/** From now on what happens at the local Stripe is kept until the test sends it. */
export function holdEvents({ stripe, server }: BillingWorld): void {
  stripe.deliverTo(server.url + WEBHOOK_PATH, 'held');
}

/** What waited for its next try is tried now: the queue's pauses grow to hours. */
export async function makeJobsDue(database: TestDatabase): Promise<void> {
  await database.query(
    `UPDATE graphile_worker._private_jobs SET run_at = now() WHERE attempts < max_attempts AND locked_at IS NULL`,
  );
  await database.query(`SELECT pg_notify('jobs:insert', '{"count":1}')`); // as the queue does for a new one
}

/** Stripe's own client at the local Stripe: for changes made there by hand. */
export function clientAt({ stripe }: Pick<BillingWorld, 'stripe'>): Stripe {
  return clientOf(stripe, API_KEY);
}

/** The newest subscription that the customer has at the local Stripe. */
export async function subscriptionAt(
  world: BillingWorld,
  customer: Customer,
): Promise<Stripe.Subscription> {
  const customerId = await world.stripeCustomer(customer);
  const all = world.stripe.state.subscriptions.all();
  return all.filter((row) => row.customer === customerId).at(-1)!;
}
