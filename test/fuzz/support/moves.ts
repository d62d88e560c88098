import { newId } from '../../../src/common/ids';
import { OneTimeKeys } from '../../../src/modules/identity/one-time-keys';
import { aRecording, PASSWORD } from '../../support/customers';
import { newEmail } from '../../support/signups';
import { REASON } from '../../support/staff';
import { ONE_DAY_MS, renewAll } from '../../support/subscriptions';
import type { Exchange } from './exchange';
import { bodyOf, type Person, type Stage, type Tenant } from './stage';

/** Who does a move, to whom, and how: numbers that are folded to what there is at that moment. */
export interface Draw {
  tenant: number;
  actor: number;
  pick: number;
}

interface Scene {
  stage: Stage;
  tenant: Tenant;
  /** A member of that business. */
  person: Person;
  pick: number;
}

type Move = (scene: Scene) => Promise<unknown>;

const MOST_TENANTS = 4;
const ROLES = ['owner', 'admin', 'member', 'viewer'];
const SUBSCRIPTION = '/v1/subscription';
const MEMBERS = '/v1/team-members/{id}';

/** Everything that is done in a life of a business; what is refused is refused in the words of the contract. */
export const MOVES: Record<string, Move> = {
  'found another business': foundBusiness,
  'invite a stranger': (scene) => invite(scene, newEmail()),
  'invite a member of the neighbour': (scene) => invite(scene, neighbourOf(scene).people[0]!.email),
  join: join,
  'accept an invitation': accept,
  'resend an invitation': (scene) =>
    onRow(scene, 'POST /v1/invitations/{id}/resend', 'invitations'),
  'revoke an invitation': (scene) => onRow(scene, 'DELETE /v1/invitations/{id}', 'invitations'),
  'assign a role': (scene) =>
    onRow(scene, `PATCH ${MEMBERS}`, 'members', { role: ROLES[scene.pick % ROLES.length] }),
  'deactivate a member': (scene) => onRow(scene, `POST ${MEMBERS}/deactivate`, 'members'),
  'activate a member': (scene) => onRow(scene, `POST ${MEMBERS}/activate`, 'members'),
  'remove a member': (scene) => onRow(scene, `DELETE ${MEMBERS}`, 'members'),
  'make an application': (scene) =>
    ask(scene, 'POST /v1/applications', { name: 'App', bundleId: `app.${scene.pick % 3}` }),
  'rename an application': (scene) =>
    onRow(scene, 'PATCH /v1/applications/{id}', 'applications', { name: `App ${scene.pick}` }),
  'delete an application': (scene) => onRow(scene, 'DELETE /v1/applications/{id}', 'applications'),
  record: record,
  'record again': (scene) => record(scene, { externalId: `again-${scene.pick % 3}` }),
  'record a batch': recordBatch,
  'delete a recording': (scene) => onRow(scene, 'DELETE /v1/recordings/{id}', 'recordings'),
  'make a key': makeKey,
  'rotate a key': rotateKey,
  'revoke a key': (scene) => onRow(scene, 'DELETE /v1/api-keys/{id}', 'api_keys'),
  'preview a change': (scene) => changePlan(scene, 'preview-change'),
  'change the plan': (scene) => changePlan(scene, 'change'),
  cancel: (scene) =>
    ask(scene, `POST ${SUBSCRIPTION}/cancel`, { when: scene.pick % 2 ? 'now' : 'period_end' }),
  uncancel: (scene) => ask(scene, `POST ${SUBSCRIPTION}/uncancel`),
  pause: (scene) => ask(scene, `POST ${SUBSCRIPTION}/pause`),
  resume: (scene) => ask(scene, `POST ${SUBSCRIPTION}/resume`),
  'renew or not': (scene) =>
    ask(scene, `PATCH ${SUBSCRIPTION}`, { autoRenew: scene.pick % 2 === 0 }),
  'switch support access': (scene) =>
    ask(scene, 'PATCH /v1/business', { supportAccess: scene.pick % 2 === 0 }),
  'log out': (scene) => ask(scene, 'POST /v1/auth/logout'),
  'change the password': changePassword,
  'staff make a plan': makePlan,
  'staff edit a plan': editPlan,
  'staff assign a plan': assignPlan,
  'staff give a credit': (scene) =>
    asStaff(scene, 'POST /v1/staff/businesses/{id}/credits', {
      ...{ feature: 'recordings', amount: 1 + (scene.pick % 3), reason: REASON },
    }),
  'staff void a credit': voidCredit,
  'staff deactivate the business': (scene) =>
    asStaff(scene, 'POST /v1/staff/businesses/{id}/deactivate'),
  'staff activate the business': (scene) =>
    asStaff(scene, 'POST /v1/staff/businesses/{id}/activate'),
  'support comes in': openSupport,
  'support is sent away': (scene) =>
    onRow(scene, 'DELETE /v1/support-sessions/{id}', 'support_sessions'),
  'time passes': letTimePass,
};

/** How many recordings a move was told are stored and counted. */
export async function makeMove(stage: Stage, name: string, draw: Draw): Promise<void> {
  const tenant = stage.tenants[draw.tenant % stage.tenants.length]!;
  const person = tenant.people[draw.actor % tenant.people.length]!;
  stage.mayChange = new Set();
  await MOVES[name]!({ stage, tenant, person, pick: draw.pick });
}

function ask({ stage, tenant, person }: Scene, name: string, body?: object): Promise<Exchange> {
  return stage.asMember(tenant, person, name, { body });
}

function asStaff({ stage, tenant }: Scene, name: string, body?: object): Promise<Exchange> {
  return stage.asStaff(tenant, name, { values: { id: tenant.id }, body });
}

/** On one of the business's rows; sometimes, against the rules, on one of the neighbour's. */
async function onRow(scene: Scene, name: string, table: string, body?: object): Promise<Exchange> {
  const { stage, tenant, person, pick } = scene;
  const isForeign = pick % 11 === 0;
  const id = await stage.idOf(table, isForeign ? neighbourOf(scene) : tenant, pick);
  const exchanged = await stage.asMember(tenant, person, name, { values: { id }, body });
  if (isForeign && exchanged.answer.status < 400 && id !== tenant.id)
    throw new Error(`${name} reached another business`);
  return exchanged;
}

function neighbourOf({ stage, tenant }: Scene): Tenant {
  const next = stage.tenants.indexOf(tenant) + 1;
  return stage.tenants[next % stage.tenants.length]!;
}

interface Joined {
  business: { id: string };
  session: { token: string };
  apiKey: { key: string };
}

async function foundBusiness(scene: Scene): Promise<void> {
  const { stage, person } = scene;
  if (stage.tenants.length >= MOST_TENANTS) return;
  const { answer } = await ask(scene, 'POST /v1/businesses', { name: 'Three' });
  if (answer.status !== 201) return;
  const { business, session, apiKey } = bodyOf<Joined>(answer.text);
  const people = [{ email: person.email, token: session.token }];
  stage.tenants.push({ id: business.id, key: apiKey.key, people });
}

function invite(scene: Scene, email: string): Promise<Exchange> {
  return ask(scene, 'POST /v1/invitations', { email, role: ROLES[scene.pick % ROLES.length] });
}

/** The key in the mail of one of the business's invitations, good or not. */
async function keyOf({
  stage,
  tenant,
  pick,
}: Scene): Promise<{ email: string; key: string } | null> {
  const rows = await stage.log.query<{ id: string; email: string; nonce: Buffer }>(
    'SELECT id, email, nonce FROM invitations WHERE business_id = $1 ORDER BY id DESC LIMIT 4',
    [tenant.id],
  );
  const row = rows[pick % Math.max(rows.length, 1)];
  const keys = stage.server.app.get(OneTimeKeys, { strict: false });
  return row ? { email: row.email, key: keys.derive('invitation', row.id, row.nonce) } : null;
}

async function join(scene: Scene): Promise<void> {
  const { stage, tenant } = scene;
  const invitation = await keyOf(scene);
  if (!invitation) return;
  const body = { activationKey: invitation.key, fullName: 'Grace Hopper', password: PASSWORD };
  stage.mayChange?.add(tenant.id);
  const { answer } = await stage.asAnonymous('POST /v1/auth/signup', { body });
  if (answer.status !== 201) return;
  const { session } = bodyOf<Joined>(answer.text);
  tenant.people.push({ email: invitation.email, token: session.token });
}

async function accept(scene: Scene): Promise<void> {
  const { stage, tenant } = scene;
  const invitation = await keyOf(scene);
  if (!invitation) return;
  const neighbour = neighbourOf(scene);
  const body = { activationKey: invitation.key };
  stage.mayChange?.add(tenant.id);
  const person = neighbour.people[0]!;
  const { answer } = await stage.asMember(neighbour, person, 'POST /v1/invitations/accept', {
    body,
  });
  if (answer.status === 201) tenant.people.push({ email: person.email, token: 'none yet' });
}

async function record({ stage, tenant }: Scene, changes: object = {}): Promise<void> {
  const body = aRecording(changes);
  const { answer } = await stage.asSdk(tenant, 'POST /v1/recordings', { body });
  if (answer.status === 201) stage.stored += 1;
}

async function recordBatch({ stage, tenant, pick }: Scene): Promise<void> {
  const recordings = Array.from({ length: 1 + (pick % 5) }, (_, index) =>
    aRecording(index % 2 ? { externalId: `again-${pick % 3}` } : {}),
  );
  const { answer } = await stage.asSdk(tenant, 'POST /v1/recordings/batch', {
    body: { recordings },
  });
  if (answer.status !== 200) return;
  const { results } = bodyOf<{ results: { status: number }[] }>(answer.text);
  stage.stored += results.filter(({ status }) => status === 201).length;
}

/** It ends the person's other sessions, in other businesses too. */
function changePassword(scene: Scene): Promise<Exchange> {
  scene.stage.mayChange = null;
  return ask(scene, 'POST /v1/me/password', { currentPassword: PASSWORD, newPassword: PASSWORD });
}

async function makeKey(scene: Scene): Promise<void> {
  const { answer } = await ask(scene, 'POST /v1/api-keys', { name: 'Key' });
  if (answer.status === 201) scene.tenant.key = bodyOf<{ key: string }>(answer.text).key;
}

async function rotateKey(scene: Scene): Promise<void> {
  const body = { overlapSeconds: scene.pick % 2 ? 0 : 3600 };
  const { answer } = await onRow(scene, 'POST /v1/api-keys/{id}/rotate', 'api_keys', body);
  if (answer.status === 201) scene.tenant.key = bodyOf<{ key: string }>(answer.text).key;
}

async function planId({ stage, pick }: Scene): Promise<string> {
  const rows = await stage.log.query<{ id: string }>(
    'SELECT id FROM plans ORDER BY is_default DESC, id DESC LIMIT 8',
  );
  return rows[pick % rows.length]!.id;
}

async function changePlan(scene: Scene, how: string): Promise<Exchange> {
  const when = [undefined, 'now', 'period_end'][scene.pick % 3];
  return ask(scene, `POST ${SUBSCRIPTION}/${how}`, { planId: await planId(scene), when });
}

function limitsOf(pick: number): object {
  const limit = (most: number) => (pick % 5 === 0 ? null : pick % most);
  return { recordings: limit(9), applications: limit(4), seats: limit(6) };
}

function makePlan({ stage, tenant, pick }: Scene): Promise<Exchange> {
  const body = {
    ...{ slug: `plan-${newId()}`, name: 'Plan', trialDays: pick % 4 === 3 ? 3 : 0 },
    price: { amount: pick % 3 ? 0 : 500, currency: 'usd' },
    interval: { unit: ['day', 'week', 'month', 'year'][pick % 4], count: 1 + (pick % 3) },
    ...{ limits: limitsOf(pick), renews: pick % 7 !== 0 },
  };
  return stage.asStaff(tenant, 'POST /v1/staff/plans', { body });
}

async function editPlan({ stage, tenant, pick }: Scene): Promise<void> {
  const [plan] = await stage.log.query<{ id: string }>(
    `SELECT id FROM plans WHERE slug LIKE 'plan-%' ORDER BY id DESC LIMIT 1`,
  );
  if (!plan) return;
  const body = pick % 2 ? { limits: limitsOf(pick) } : { price: { amount: pick, currency: 'usd' } };
  stage.mayChange = null; // a plan's subscribers are of all businesses
  await stage.asStaff(tenant, 'PATCH /v1/staff/plans/{id}', { values: { id: plan.id }, body });
}

async function assignPlan(scene: Scene): Promise<Exchange> {
  const body = { planId: await planId(scene), reason: REASON };
  return asStaff(scene, 'PUT /v1/staff/businesses/{id}/subscription', body);
}

async function voidCredit({ stage, tenant, pick }: Scene): Promise<void> {
  const creditId = await stage.idOf('credits', tenant, pick);
  const values = { id: tenant.id, creditId };
  await stage.asStaff(tenant, 'DELETE /v1/staff/businesses/{id}/credits/{creditId}', { values });
}

async function openSupport(scene: Scene): Promise<void> {
  const mode = scene.pick % 2 ? 'read' : 'write';
  const name = 'POST /v1/staff/businesses/{id}/support-sessions';
  const { answer } = await asStaff(scene, name, { reason: REASON, mode });
  if (answer.status !== 201) return;
  const { token } = bodyOf<{ token: string }>(answer.text);
  scene.tenant.people.push({ email: 'support@example.com', token });
}

async function letTimePass({ stage, pick }: Scene): Promise<void> {
  const days = 1 + (pick % 20);
  stage.story.push(`${days} days pass`);
  stage.server.clock.moveBy(days * ONE_DAY_MS);
  await renewAll(stage.server);
}
