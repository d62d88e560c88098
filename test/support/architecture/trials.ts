import type { Response } from 'supertest';
import { newId } from '../../../src/common/ids';
import { signUp } from '../customers';
import { emailChangeKeys, invitationKey, issueKey } from '../one-time-keys';
import type { StaffMember } from '../staff';
import { changeSubscription } from '../subscriptions';
import type { TestApplication } from '../test-application';
import { makeWorld, tokenFor } from './credentials';
import { exampleOf, makeObject, type World } from './examples';
import type { Operation } from './openapi';
import { bearer, call } from './requests';

/* A new customer for a route, with all that the route needs to succeed. */

interface Prepared {
  body?: object;
  values?: Record<string, string>;
}

/** By action: what must be there before, where the example alone does not succeed. */
const PREPARATIONS: Record<string, (world: World) => Promise<Prepared>> = {
  'email.verify': async ({ server, customer }) => ({
    body: { token: await issueKey(server, customer.email, 'email_verification') },
  }),
  'email_change.confirm': async ({ server, customer }) => ({
    body: { token: (await emailChangeKeys(server, customer.token)).ofOld },
  }),
  'email_change.undo': async ({ server, customer }) => {
    const { ofOld, ofNew, toUndo } = await emailChangeKeys(server, customer.token);
    for (const token of [ofOld, ofNew])
      await server.post('/v1/auth/email/change/confirm', undefined, { token });
    return { body: { token: toUndo } };
  },
  'password.reset': async ({ server, customer }) => ({
    body: {
      token: await issueKey(server, customer.email, 'password_reset'),
      password: 'another long pass phrase',
    },
  }),
  'invitation.accept': async (world) => ({ body: { activationKey: await keyOfInvitation(world) } }),
  'webhook_event.retry': async ({ server }) => {
    const id = `evt_${newId()}`;
    await server.database.query(
      `INSERT INTO webhook_inbox (id, type, happened_at, received_at, deliveries, tries)
       VALUES ($1, 'invoice.paid', now(), now(), 1, 20)`,
      [id],
    );
    return { values: { id } };
  },
  'usage_event.release': async ({ server, customer, serviceKey }) => {
    const event = { businessId: customer.business.id, feature: 'seats', eventId: 'seat-1' };
    await server.post('/v1/usage-events', serviceKey, { ...event, amount: 1 });
    return { body: event };
  },
  'subscription.uncancel': async (world) => {
    await post(world, '/v1/subscription/cancel', { when: 'period_end' });
    return {};
  },
  'subscription.resume': async (world) => {
    await post(world, '/v1/subscription/pause');
    return {};
  },
};

export interface Trial {
  operation: Operation;
  world: World;
  /** @param key the Idempotency-Key, or none */
  send: (key?: string, body?: object) => Promise<Response>;
  body: object | undefined;
}

/** The actions that need more than their example. */
export function listPreparedActions(): string[] {
  return Object.keys(PREPARATIONS);
}

export async function prepareTrial(
  server: TestApplication,
  staff: StaffMember,
  operation: Operation,
): Promise<Trial> {
  const world = await makeWorld(server, staff);
  await changeSubscription(server.database, world.customer.business.id, { planSlug: 'pro' });
  const made = await makeObject(operation, world);
  const { body, values } = (await PREPARATIONS[operation.action]?.(world)) ?? {};
  const example = exampleOf(operation);
  const given = body ?? example.body?.(world);
  const authorization = bearer(tokenFor(operation.audience, world));
  const send = (key?: string, other?: object) => {
    const headers = key === undefined ? undefined : { 'idempotency-key': key };
    const sending = {
      authorization,
      headers,
      values: { ...made, ...values },
      query: example.query,
    };
    return call(operation, world, { ...sending, body: other ?? given });
  };
  return { operation, world, send, body: given };
}

async function post({ server, customer }: World, path: string, body?: object): Promise<void> {
  const response = await server.post(path, customer.token, body);
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${response.text}`);
}

/** Another business invites the customer. */
async function keyOfInvitation({ server, customer }: World): Promise<string> {
  const inviting = await signUp(server);
  const invitation = { email: customer.email, role: 'viewer' };
  const made = await server.post('/v1/invitations', inviting.token, invitation);
  return invitationKey(server, (made.body as { id: string }).id);
}
