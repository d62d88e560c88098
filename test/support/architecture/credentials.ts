import type { Audience } from '../../../src/common/access/access.decorator';
import { createToken, TOKEN_PREFIXES, type TokenKind } from '../../../src/common/token';
import { PASSWORD, signUp } from '../customers';
import { addMember, logIn } from '../members';
import { createServiceKey } from '../service-keys';
import { addStaff, openSupport } from '../staff';
import type { TestApplication } from '../test-application';
import type { World } from './examples';

export const CHALLENGE = 'Bearer realm="tenantry"';
const INVALID_TOKEN = `${CHALLENGE}, error="invalid_token"`;

/** The token of each kind that is good, and the only routes that it opens. */
export const KINDS: Record<
  TokenKind,
  { opens: Audience; token: (world: World) => Promise<string> }
> = {
  session: { opens: 'dashboard', token: ({ customer }) => Promise.resolve(customer.token) },
  api_key: { opens: 'sdk', token: ({ customer }) => Promise.resolve(customer.key) },
  staff_session: { opens: 'staff', token: ({ staff }) => Promise.resolve(staff.token) },
  support_session: {
    opens: 'dashboard',
    token: async ({ server, staff, customer }) =>
      (await openSupport(server, staff, customer, { mode: 'write' })).token,
  },
  service_key: { opens: 'service', token: ({ serviceKey }) => Promise.resolve(serviceKey) },
};

/** The token that opens the routes of an audience; of a public route, none. */
export function tokenFor(
  audience: Audience,
  { customer, staff, serviceKey }: World,
): string | undefined {
  const tokens: Record<Audience, string | undefined> = {
    public: undefined,
    dashboard: customer.token,
    sdk: customer.key,
    service: serviceKey,
    staff: staff.token,
  };
  return tokens[audience];
}

export interface DeadCredential {
  name: string;
  /** Gives the Authorization header, if any. */
  make: (world: World) => Promise<string | undefined>;
  /** WWW-Authenticate of the refusal: the error is named only when a token was sent (RFC 6750, section 3). */
  challenge: string;
}

/** A new customer, and staff: new ones unless given. */
export async function makeWorld(server: TestApplication, given?: World['staff']): Promise<World> {
  const customer = await signUp(server);
  const staff = given ?? (await addStaff(server));
  const { key } = await createServiceKey(server, staff, { businessIds: [customer.business.id] });
  return { server, customer, staff, serviceKey: key };
}

/** Values that are no valid credential: 401 on every guarded route. */
export const DEAD_CREDENTIALS: DeadCredential[] = [
  noToken('no credential', () => undefined),
  noToken('the scheme alone', () => 'Bearer'),
  noToken('an empty header', () => ''),
  noToken('a name and a password', ({ customer }) => basic(customer.email, PASSWORD)),
  noToken('a token without a scheme', ({ customer }) => customer.token),
  dead('a token of no kind', () => 'tnx_0123456789'),
  dead('a token cut short', ({ customer }) => customer.token.slice(0, -1)),
  dead('a token with a character more', ({ customer }) => `${customer.token}0`),
  dead('a token with a typo', ({ customer }) => withTypo(customer.token)),
  dead('two tokens', ({ customer }) => `${customer.token} ${customer.token}`),
  ...(Object.keys(TOKEN_PREFIXES) as TokenKind[]).map((kind) =>
    dead(`an unknown ${kind}`, () => createToken(kind)),
  ),
  dead('an ended session', async ({ server, customer }) => {
    const token = await openSession(server, customer.email);
    await expectStatus(server.post('/v1/auth/logout', token), 204);
    return token;
  }),
  dead('an idle session', ({ server, customer }) => {
    return openAndAge(
      server,
      customer.email,
      `last_used_at = now() - interval '12 hours 1 second'`,
    );
  }),
  dead('a session of thirty days', ({ server, customer }) => {
    return openAndAge(server, customer.email, `created_at = now() - interval '30 days 1 second'`);
  }),
  dead("a deactivated member's session", async ({ server, customer }) => {
    const { id, token } = await addMember(server, customer, 'admin');
    await server.database.query(`UPDATE members SET status = 'deactivated' WHERE id = $1`, [id]);
    return token;
  }),
  dead('a revoked key', async (world) => {
    const { id, key } = await createKey(world);
    await expectStatus(world.server.delete(`/v1/api-keys/${id}`, world.customer.token), 204);
    return key;
  }),
  dead('a key that was rotated without overlap', async (world) => {
    const { id, key } = await createKey(world);
    const rotation = { overlapSeconds: 0 };
    const path = `/v1/api-keys/${id}/rotate`;
    await expectStatus(world.server.post(path, world.customer.token, rotation), 201);
    return key;
  }),
  dead('an expired key', async (world) => {
    const { id, key } = await createKey(world);
    await world.server.database.query('UPDATE api_keys SET expires_at = now() WHERE id = $1', [id]);
    return key;
  }),
  dead('a revoked service key', async ({ server, staff }) => {
    const { id, key } = await createServiceKey(server, staff);
    await expectStatus(server.delete(`/v1/staff/service-keys/${id}`, staff.token), 204);
    return key;
  }),
  dead('a service key that was rotated without overlap', async ({ server, staff }) => {
    const { id, key } = await createServiceKey(server, staff);
    const path = `/v1/staff/service-keys/${id}/rotate`;
    await expectStatus(server.post(path, staff.token, { overlapSeconds: 0 }), 201);
    return key;
  }),
  dead('an expired service key', async ({ server, staff }) => {
    const { id, key } = await createServiceKey(server, staff);
    await server.database.query('UPDATE service_keys SET expires_at = now() WHERE id = $1', [id]);
    return key;
  }),
  dead('an ended staff session', async ({ server }) => {
    const { token } = await addStaff(server);
    await expectStatus(server.post('/v1/staff/auth/logout', token), 204);
    return token;
  }),
  dead('a staff session of twelve hours', async ({ server }) => {
    const { id, token } = await addStaff(server);
    const age = `created_at = now() - interval '12 hours 1 second'`;
    await server.database.query(`UPDATE staff_sessions SET ${age} WHERE staff_id = $1`, [id]);
    return token;
  }),
  dead("a disabled staff account's session", async ({ server }) => {
    const { id, token } = await addStaff(server);
    await server.database.query(`UPDATE staff_accounts SET status = 'disabled' WHERE id = $1`, [
      id,
    ]);
    return token;
  }),
  dead('an ended support session', async ({ server, staff, customer }) => {
    const { id, token } = await openSupport(server, staff, customer, { mode: 'write' });
    await expectStatus(server.post(`/v1/staff/support-sessions/${id}/end`, staff.token), 204);
    return token;
  }),
  dead('an expired support session', async ({ server, staff, customer }) => {
    const { id, token } = await openSupport(server, staff, customer, { mode: 'write' });
    const age = `started_at = now() - interval '1 hour', expires_at = now()`;
    await server.database.query(`UPDATE support_sessions SET ${age} WHERE id = $1`, [id]);
    return token;
  }),
];

function noToken(name: string, make: (world: World) => string | undefined): DeadCredential {
  return { name, make: (world) => Promise.resolve(make(world)), challenge: CHALLENGE };
}

function dead(name: string, make: (world: World) => string | Promise<string>): DeadCredential {
  return {
    name,
    make: async (world) => `Bearer ${await make(world)}`,
    challenge: INVALID_TOKEN,
  };
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

function withTypo(token: string): string {
  const middle = token.length / 2;
  const other = token[middle] === 'a' ? 'b' : 'a';
  return token.slice(0, middle) + other + token.slice(middle + 1);
}

async function openSession(server: TestApplication, email: string): Promise<string> {
  const { session } = await logIn(server, email);
  return session.token;
}

/** Opens a session and moves it into the past. */
async function openAndAge(server: TestApplication, email: string, age: string): Promise<string> {
  const token = await openSession(server, email);
  const newest = `SELECT id FROM sessions ORDER BY id DESC LIMIT 1`; // UUIDv7: ids sort by time
  await server.database.query(`UPDATE sessions SET ${age} WHERE id = (${newest})`);
  return token;
}

async function createKey({ server, customer }: World): Promise<{ id: string; key: string }> {
  const created = await server.post('/v1/api-keys', customer.token, { name: 'Short-lived' });
  if (created.status !== 201) throw new Error(`creating a key answered ${created.status}`);
  return created.body as { id: string; key: string };
}

async function expectStatus(
  answer: PromiseLike<{ status: number }>,
  status: number,
): Promise<void> {
  const { status: given } = await answer;
  if (given !== status) throw new Error(`expected ${status}, got ${given}`);
}
