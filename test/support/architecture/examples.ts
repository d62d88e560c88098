import { newId } from '../../../src/common/ids';
import * as product from '../../product/description';
import type { Customer } from '../customers';
import { addFeature, giveOwnGrant } from '../entitlements';
import { linkIdentity } from '../identities';
import { insertFailedJob } from '../jobs';
import { addMember, logIn } from '../members';
import { PasskeyDevice } from '../passkeys';
import { aSignup, newEmail } from '../signups';
import { addStaff, openSupport, REASON, type StaffMember } from '../staff';
import type { TestApplication } from '../test-application';
import { tokenFor } from './credentials';
import type { Maker, Operation } from './openapi';
import { SIGN_IN_EXAMPLES } from './sign-in-examples';

/** A customer to make requests for, and to be attacked. */
export interface World {
  server: TestApplication;
  customer: Customer;
  staff: StaffMember;
  /** A service key of all scopes that is bound to the customer's business. */
  serviceKey: string;
}

export interface Example {
  /** A body that the route takes, so that 422 does not hide a missing guard. */
  body?: (world: World) => object;
  /** The query that the route cannot do without. */
  query?: string;
  /** What the right credential gets, where this example cannot give the documented success. */
  answers?: number;
}

function anEvent({ customer }: World): object {
  const eventId = `event-${newId()}`;
  return { businessId: customer.business.id, feature: product.METERED, eventId, amount: 1 };
}

const UNKNOWN_KEY = 'a-key-that-was-never-issued';

/** By action: the query that a route needs, and the body where its required fields declare no examples that will do. */
const EXAMPLES: Record<string, Example> = {
  ...product.EXAMPLES,
  ...SIGN_IN_EXAMPLES,
  'api_key.rotate': { body: () => ({ overlapSeconds: 0 }) },
  // These tests run without Stripe: what asks it for something says that there is none.
  'billing.open_checkout': {
    body: ({ customer }) => ({
      planId: customer.subscription.plan.id,
      successPath: '/billing?paid=1',
      cancelPath: '/billing',
    }),
    answers: 402,
  },
  'billing.open_portal': { answers: 409 },
  'business.create': { body: () => ({ name: 'Another' }) },
  'business.sign_up': { body: () => aSignup() },
  'business.update': { body: () => ({ name: 'Renamed' }) },
  'entitlement.grant': { body: () => ({ limit: 1_000, reason: REASON }) },
  'entitlement.check': {
    body: ({ customer }) => ({ businessId: customer.business.id, feature: product.METERED }),
  },
  'event.stream': { query: 'follow=false' },
  'feature.create': { body: () => aFeature() },
  'feature.update': { body: () => ({ name: 'Renamed' }) },
  'flag.evaluate': { body: () => ({ context: { targetingKey: 'user-1' } }) },
  'flag.evaluate_all': { body: () => ({ context: { targetingKey: 'user-1' } }) },
  'invitation.accept': { body: () => ({ activationKey: UNKNOWN_KEY }), answers: 404 },
  'invitation.create': { body: () => ({ email: newEmail(), role: 'viewer' }) },
  'invitation.look_up': { query: `activationKey=${UNKNOWN_KEY}`, answers: 404 },
  'me.update': { body: () => ({ fullName: 'Ada King' }) },
  'plan.create': { body: () => aPlan() },
  'plan.update': { body: () => ({ name: 'Renamed' }) },
  'service_key.rotate': { body: () => ({ overlapSeconds: 0 }) },
  'sso.get': { answers: 404 },
  'sso.prove_domain': { body: () => ({ domain: 'acme.example' }), answers: 404 },
  'sso.remove': { answers: 404 },
  'sso.set': {
    body: () => ({
      ...{ issuer: 'https://login.acme.example', domains: ['acme.example'] },
      ...{ clientId: 'tenantry', clientSecret: 'a secret' },
    }),
  },
  'sso.test': { answers: 404 },
  'staff_sso.prove_domain': { body: () => ({ domain: 'acme.example' }), answers: 404 },
  'subscription.preview_change': {
    body: ({ customer }) => ({ planId: customer.subscription.plan.id }),
  },
  'subscription.change': { body: ({ customer }) => ({ planId: customer.subscription.plan.id }) },
  'subscription.cancel': { body: () => ({ when: 'period_end' }) },
  'subscription.uncancel': { answers: 409 },
  'subscription.resume': { answers: 409 },
  'subscription.update': { body: () => ({ autoRenew: false }) },
  'staff_subscription.assign': {
    body: ({ customer }) => ({ planId: customer.subscription.plan.id, reason: REASON }),
  },
  'credit.grant': { body: () => ({ feature: product.METERED, amount: 10, reason: REASON }) },
  'support_session.start': { body: () => ({ reason: REASON }) },
  'team_member.clear_second_factor': { answers: 404 },
  'team_member.assign_role': { body: () => ({ role: 'member' }) },
  'usage.history': { query: 'from=2026-11-01&to=2026-11-30' },
  'usage_alerts.set': { body: () => ({ percentages: [50] }) },
  'usage_event.record': { body: anEvent },
  'usage_event.record_batch': { body: (world) => ({ events: [anEvent(world)] }) },
  'usage_event.release': {
    body: (world) => ({ ...anEvent(world), amount: undefined, feature: 'seats' }),
    answers: 404,
  },
  'usage_reservation.commit': {
    body: ({ customer }) => ({ businessId: customer.business.id }),
  },
  'usage_reservation.create': { body: (world) => ({ ...anEvent(world), expiresInSeconds: 60 }) },
  'usage_reservation.release': {
    body: ({ customer }) => ({ businessId: customer.business.id }),
  },
  'notification.read_all': { body: () => ({ through: 0 }) },
  'notification_preference.update': {
    body: () => ({ preferences: [{ type: 'member.joined', mail: true }] }),
  },
  'notification.update': { body: () => ({ ids: [newId()], read: true }), answers: 404 },
  'staff_webhook_endpoint.update': { body: () => ({ description: 'Billing' }) },
  'webhook_endpoint.update': { body: () => ({ description: 'Billing' }) },
  'webhook.receive': { body: () => ({}), answers: 400 },
};

/**
 * By the path up to its last parameter: makes the customer's object that the path leads to. What a POST to the list
 * makes from its example needs no entry.
 * @returns the value of each parameter
 */
const OBJECTS: Record<string, (world: World) => Promise<Record<string, string>>> = {
  ...product.OBJECTS,
  '/ofrep/v1/evaluate/flags/{key}': async ({ server, staff, customer }) => {
    const { key } = await addFeature(server, staff, { kind: 'config', visibility: 'client' });
    await giveOwnGrant(server, staff, customer, key, { value: 'eu' });
    return { key };
  },
  '/v1/events/{id}': async ({ server, customer }) => {
    const listed = await server.get('/v1/events?limit=1', customer.token);
    const { data } = listed.body as { data: unknown[] };
    return { id: idIn(data[0]) };
  },
  '/v1/me/identities/{id}': async ({ server, customer }) => {
    const issuer = 'https://idp.example';
    return { id: await linkIdentity(server.database, customer.email, issuer, newId()) };
  },
  '/v1/invitations/{id}': async ({ server, customer }) => {
    const invitation = { email: newEmail(), role: 'viewer' };
    const created = await server.post('/v1/invitations', customer.token, invitation);
    return { id: idIn(created.body) };
  },
  '/v1/me/mfa/passkeys/{id}': async ({ server, customer }) => {
    const { token } = await addMember(server, customer, 'viewer'); // with one, the owner's password no longer logs in
    const { id } = await PasskeyDevice.register(server, token);
    return { id };
  },
  '/v1/me/sessions/{id}': async ({ server, customer }) => {
    await logIn(server, customer.email);
    const sessions = await server.get('/v1/me/sessions', customer.token);
    const { data } = sessions.body as { data: { id: string; current: boolean }[] };
    return { id: idIn(data.find(({ current }) => !current)) };
  },
  '/v1/usage/{feature}': () => Promise.resolve({ feature: product.METERED }),
  '/v1/usage-reservations/{id}': async (world) => {
    const request = { ...anEvent(world), expiresInSeconds: 60 };
    const created = await world.server.post('/v1/usage-reservations', world.serviceKey, request);
    return { id: idIn(created.body) };
  },
  '/v1/staff/businesses/{id}': ({ customer }) => Promise.resolve({ id: customer.business.id }),
  '/v1/staff/businesses/{id}/credits/{creditId}': async ({ server, staff, customer }) => {
    const { id } = customer.business;
    const credit = { feature: product.METERED, amount: 10, reason: REASON };
    const path = `/v1/staff/businesses/${id}/credits`;
    const granted = await server.post(path, staff.token, credit);
    return { id, creditId: idIn(granted.body) };
  },
  '/v1/staff/businesses/{id}/entitlements/{key}': async ({ server, staff, customer }) => {
    const { key } = await addFeature(server, staff);
    await giveOwnGrant(server, staff, customer, key, { limit: 1_000 });
    return { id: customer.business.id, key };
  },
  '/v1/staff/features/{key}': async ({ server, staff }) => {
    const feature = aFeature();
    await server.post('/v1/staff/features', staff.token, feature);
    return { key: feature.key };
  },
  '/v1/staff/jobs/{id}': async ({ server }) => {
    const { id } = await insertFailedJob(server.database);
    return { id };
  },
  '/v1/staff/me/mfa/passkeys/{id}': async ({ server }) => {
    const { token } = await addStaff(server);
    const { id } = await PasskeyDevice.register(server, token, '/v1/staff');
    return { id };
  },
  '/v1/staff/plans/{id}': async ({ server, staff }) => {
    const created = await server.post('/v1/staff/plans', staff.token, aPlan());
    return { id: idIn(created.body) };
  },
  '/v1/staff/support-sessions/{id}': (world) => openSupportOf(world),
  '/v1/staff/webhook-inbox/{id}': async ({ server }) => {
    const id = `evt_${newId()}`;
    await server.database.query(
      `INSERT INTO webhook_inbox (id, type, happened_at, received_at, deliveries, tries)
       VALUES ($1, 'invoice.paid', now(), now(), 1, 10)`,
      [id],
    );
    return { id };
  },
  '/v1/staff/webhook-deliveries/{id}': ({ server, staff }) =>
    makeDelivery(server, '/v1/staff/webhook-endpoints', staff.token),
  '/v1/webhook-deliveries/{id}': ({ server, customer }) =>
    makeDelivery(server, '/v1/webhook-endpoints', customer.token),
  '/v1/support-sessions/{id}': (world) => openSupportOf(world),
  '/v1/team-members/{id}': async ({ server, customer }) => {
    const { id } = await addMember(server, customer, 'viewer');
    return { id };
  },
};

export function exampleOf({
  action,
  exampleBody,
}: Pick<Operation, 'action' | 'exampleBody'>): Example {
  return { ...(exampleBody && { body: () => exampleBody }), ...EXAMPLES[action] };
}

/** The routes that cannot be called for want of an entry in the tables of this file, with what to do about it. */
export function listMissingExamples(operations: Operation[]): string[] {
  return operations.flatMap((operation) => [
    ...(lacksBody(operation) || lacksQuery(operation)
      ? [
          `${operation.name}: give its required fields an \`example\`, or add '${operation.action}' to EXAMPLES in test/support/architecture/examples.ts`,
        ]
      : []),
    ...(lacksObject(operation)
      ? [
          `${operation.name}: add '${prefixOf(operation.path)}' to OBJECTS in test/support/architecture/examples.ts`,
        ]
      : []),
  ]);
}

/** The entries of the tables that no route needs any more. */
export function listStaleExamples(operations: Operation[]): string[] {
  const actions = new Set(operations.map(({ action }) => action));
  const prefixes = new Set(operations.map(({ path }) => prefixOf(path)));
  return [
    ...Object.keys(EXAMPLES).filter((action) => !actions.has(action)),
    ...Object.keys(OBJECTS).filter((prefix) => !prefixes.has(prefix)),
  ];
}

/** Makes the customer's object that this path leads to. @returns the value of each of its parameters */
export async function makeObject(
  { path, maker }: Pick<Operation, 'path' | 'maker'>,
  world: World,
): Promise<Record<string, string>> {
  const make = OBJECTS[prefixOf(path)];
  if (make) return make(world);
  return maker ? makeByExample(maker, world) : {};
}

/** Gives the customer one of everything. */
export async function fill(world: World, operations: Operation[]): Promise<void> {
  for (const make of Object.values(OBJECTS)) await make(world);
  await fillByExample(world, operations);
}

/**
 * Gives the customer one of everything that needs no entry in the tables of this file.
 * @returns the id of each, by the path of its list
 */
export async function fillByExample(
  world: World,
  operations: Operation[],
): Promise<Record<string, string>> {
  const made: Record<string, string> = {};
  for (const { path, maker } of operations)
    if (maker && !OBJECTS[prefixOf(path)] && !made[maker.path])
      made[maker.path] = (await makeByExample(maker, world)).id;
  return made;
}

async function makeByExample(
  { path, audience, body }: Maker,
  world: World,
): Promise<{ id: string }> {
  const created = await world.server.post(path, tokenFor(audience, world), body);
  return { id: idIn(created.body) };
}

/** The address of a request: the path with these values, and the query that the route needs. */
export function addressOf(operation: Operation, values: Record<string, string>): string {
  const { query } = exampleOf(operation);
  const path = operation.path.replace(/\{(\w+)\}/g, (parameter, name: string) => {
    return values[name] ?? parameter;
  });
  return query ? `${path}?${query}` : path;
}

function lacksBody(operation: Operation): boolean {
  return operation.hasBody && exampleOf(operation).body === undefined;
}

function lacksQuery({ parameters, action }: Operation): boolean {
  const isNeeded = parameters.some((each) => each.in === 'query' && each.required);
  return isNeeded && EXAMPLES[action]?.query === undefined;
}

function lacksObject({ path, maker }: Operation): boolean {
  return prefixOf(path) !== '' && OBJECTS[prefixOf(path)] === undefined && maker === null;
}

function prefixOf(path: string): string {
  return path.slice(0, path.lastIndexOf('}') + 1);
}

/** What staff send for a plan that is not offered. */
function aPlan(): object {
  return {
    slug: `plan-${newId()}`,
    name: 'Plan',
    public: false,
    price: { amount: 4900, currency: 'usd' },
    interval: { unit: 'month', count: 1 },
    limits: { ...product.LIMITS, seats: 3 },
  };
}

async function openSupportOf(world: World): Promise<{ id: string }> {
  const { id } = await openSupport(world.server, world.staff, world.customer);
  return { id };
}

function idIn(body: unknown): string {
  const { id } = (body ?? {}) as { id?: unknown };
  if (typeof id !== 'string') throw new Error(`no id in ${JSON.stringify(body)}`);
  return id;
}

function aFeature(): { key: string; name: string; kind: string } {
  return { key: `exports_${newId().replaceAll('-', '')}`, name: 'Exports', kind: 'metered' };
}

async function makeDelivery(
  server: TestApplication,
  path: string,
  token: string,
): Promise<Record<string, string>> {
  const endpoint = await server.post(path, token, { url: 'https://app.example/hooks/tenantry' });
  const delivery = await server.post(`${path}/${idIn(endpoint.body)}/test`, token);
  return { id: idIn(delivery.body) };
}
