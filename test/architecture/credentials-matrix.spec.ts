import type { Response } from 'supertest';
import type { Audience } from '../../src/common/access/access.decorator';
import {
  permissionsOf,
  ROLES,
  SCOPES,
  SERVICE_SCOPES,
  type Permission,
  type Role,
} from '../../src/common/access/permissions';
import type { TokenKind } from '../../src/common/token';
import {
  CHALLENGE,
  DEAD_CREDENTIALS,
  KINDS,
  makeWorld,
  tokenFor,
  type DeadCredential,
} from '../support/architecture/credentials';
import {
  exampleOf,
  listMissingExamples,
  listStaleExamples,
  makeObject,
  type World,
} from '../support/architecture/examples';
import {
  isDocumented,
  operationsOf,
  readDocument,
  successesOf,
  type Operation,
} from '../support/architecture/openapi';
import { OPEN_WHILE_DEACTIVATED, OPEN_WITHOUT_BUSINESS } from '../support/architecture/open-routes';
import { bearer, call, codeOf, findFaults, type Sending } from '../support/architecture/requests';
import { ChangeLog } from '../support/change-log';
import { addMember, logInWithoutBusiness } from '../support/members';
import { createServiceKey } from '../support/service-keys';
import * as product from '../product/description';
import { comparable } from '../support/problems';
import { TestApplication } from '../support/test-application';

/* Every route of openapi.json with every kind of wrong credential: the documented refusal, and nothing changed. */

/** The lowest role that has a permission, as the contract says it in words ("Roles: `viewer` reads; …"). */
const CONTRACT: Partial<Record<Permission, Role>> = {
  ...product.ROLES,
  'business:read': 'viewer',
  'team_members:read': 'viewer',
  'subscription:read': 'viewer',
  'usage:read': 'viewer',
  'team_members:write': 'admin',
  'team_members:assign_roles': 'admin',
  'invitations:read': 'admin',
  'invitations:write': 'admin',
  'api_keys:read': 'admin',
  'api_keys:write': 'admin',
  'audit_log:read': 'admin',
  'support_sessions:read': 'admin',
  'webhook_endpoints:read': 'admin',
  'webhook_endpoints:write': 'admin',
  'webhook_deliveries:write': 'admin',
  'business:write': 'owner',
  'subscription:write': 'owner',
  'billing:read': 'owner',
  'billing:write': 'owner',
  'support_sessions:write': 'owner',
};
const DEAD = { status: 401, code: 'unauthenticated' };
const FROM_LOWEST: Role[] = ['viewer', 'member', 'admin', 'owner'];

/** A permission of a new module is as the table of roles has it; docs/permissions.md shows it. */
function lowestRoleOf(permission: Permission): Role {
  const holds = (role: Role): boolean => permissionsOf(role).includes(permission);
  return CONTRACT[permission] ?? FROM_LOWEST.find(holds)!;
}

let server: TestApplication;
let operations: Operation[];
let changes: ChangeLog;
/** Whose things are asked for. */
let victim: World;
/** By path: the values of its parameters, which lead to the victim's own. */
const objects = new Map<string, Record<string, string>>();

beforeAll(async () => {
  server = await TestApplication.start();
  operations = operationsOf(await readDocument(server));
  victim = await makeWorld(server);
  for (const operation of operations)
    if (!objects.has(operation.path))
      objects.set(operation.path, await makeObject(operation, victim));
  changes = await ChangeLog.on(server.database.url);
});
afterAll(async () => {
  await changes.end();
  await server.stop();
});

function guarded(audience?: Audience): Operation[] {
  return operations.filter((each) =>
    audience ? each.audiences.includes(audience) : each.audience !== 'public',
  );
}

function callVictim(
  operation: Operation,
  authorization: string | undefined,
  sender = victim,
): Promise<Response> {
  const audience = authorization?.includes(' tnv_') ? 'service' : operation.audience;
  const values = objects.get(operation.path);
  const sending = sendingAs(audience, operation, sender);
  return call(operation, sender, { ...sending, authorization, values });
}

/** As a caller of this audience: a service key names the business in the query, where the route is not its own. */
function sendingAs(audience: Audience, operation: Operation, { customer }: World): Sending {
  const isGuest = audience === 'service' && audience !== operation.audience;
  return isGuest ? { query: `businessId=${customer.business.id}` } : {};
}

interface Refusal {
  status: number;
  code: string;
  challenge?: string;
}

/** What is not as it should be about a refusal, or null. */
function faultOf(operation: Operation, response: Response, expected: Refusal): string | null {
  const { status, code, challenge } = expected;
  const given = `${response.status} ${String(codeOf(response))}`;
  if (given !== `${status} ${code}`) return `${given} instead of ${status} ${code}`;
  if (!isDocumented(operation, status, code)) return `${given} is not in openapi.json`;
  const header = response.headers['www-authenticate'];
  return header === challenge ? null : `WWW-Authenticate: ${String(header)}`;
}

async function expectRefused(
  refused: Operation[],
  authorization: string | undefined,
  expected: Refusal,
  sender = victim,
): Promise<void> {
  expect(refused).not.toEqual([]);
  await changes.read(); // what has changed before
  const faults = await findFaults(refused, async (operation) =>
    faultOf(operation, await callVictim(operation, authorization, sender), expected),
  );
  expect(faults).toEqual([]);
  expect(await changes.read()).toEqual([]);
}

describe('the tables of examples', () => {
  it('have an entry for each route that needs one', () => {
    expect(listMissingExamples(operations)).toEqual([]);
  });

  it('have no entry that no route needs', () => {
    expect(listStaleExamples(operations)).toEqual([]);
  });
});

describe('every guarded route', () => {
  it.each(DEAD_CREDENTIALS.map((each): [string, DeadCredential] => [each.name, each]))(
    'refuses %s',
    async (_, { make, challenge }) => {
      const authorization = await make(victim);
      await expectRefused(guarded(), authorization, { ...DEAD, challenge });
    },
  );

  it.each(Object.keys(KINDS) as TokenKind[])(
    'of another audience refuses a good %s',
    async (kind) => {
      const { opens, token } = KINDS[kind];
      const authorization = bearer(await token(victim));
      const others = guarded().filter(({ audiences }) => !audiences.includes(opens));
      await expectRefused(others, authorization, { status: 403, code: 'wrong_credential_kind' });
    },
  );

  it.each(['dashboard', 'sdk', 'service'] as const)(
    'of the audience %s refuses a business that is deactivated',
    async (audience) => {
      const world = await makeWorld(server, victim.staff);
      const sql = `UPDATE businesses SET status = 'deactivated' WHERE id = $1`;
      await server.database.query(sql, [world.customer.business.id]);
      const authorization = bearer(tokenFor(audience, world));
      const refusal = { status: 403, code: 'business_deactivated' };
      const closed = guarded(audience).filter(({ name }) => !OPEN_WHILE_DEACTIVATED.includes(name));
      await expectRefused(closed, authorization, refusal, world);
    },
  );

  it('refuses a person who belongs to no business', async () => {
    const authorization = bearer((await logInWithoutBusiness(server)).token);
    const closed = guarded('dashboard').filter(({ name }) => !OPEN_WITHOUT_BUSINESS.includes(name));
    await expectRefused(closed, authorization, { status: 403, code: 'no_business' });
    const others = guarded().filter(({ audience }) => audience !== 'dashboard');
    await expectRefused(others, authorization, { status: 403, code: 'wrong_credential_kind' });
  });

  it("of a person's own account opens without a business, and while it is deactivated", async () => {
    const outside = bearer((await logInWithoutBusiness(server)).token);
    const world = await makeWorld(server, victim.staff);
    const sql = `UPDATE businesses SET status = 'deactivated' WHERE id = $1`;
    await server.database.query(sql, [world.customer.business.id]);
    const inside = bearer(world.customer.token);
    const own = guarded('dashboard').filter(({ name }) => OPEN_WITHOUT_BUSINESS.includes(name));
    expect(own.map(({ name }) => name).sort()).toEqual(OPEN_WITHOUT_BUSINESS);
    for (const operation of endingWith(own, 'POST /v1/auth/logout')) {
      const answers = [await callVictim(operation, outside)];
      if (OPEN_WHILE_DEACTIVATED.includes(operation.name))
        answers.push(await callVictim(operation, inside));
      for (const answer of answers)
        expect([operation.name, codeOf(answer)]).not.toEqual([
          operation.name,
          expect.stringMatching(/^(no_business|business_deactivated|unauthenticated)$/),
        ]);
    }
  });

  it.each(['viewer', 'member', 'admin'] as const)(
    'that needs more than a %s may refuses one',
    async (role) => {
      const { token } = await addMember(server, victim.customer, role);
      const higher = guarded().filter(
        ({ permission }) => permission && isAbove(lowestRoleOf(permission), role),
      );
      await expectRefused(higher, bearer(token), { status: 403, code: 'permission_denied' });
    },
  );

  it.each(SCOPES)('of SDKs that needs the scope %s refuses a key without it', async (scope) => {
    const scopes = SCOPES.filter((each) => each !== scope);
    const made = await server.post('/v1/api-keys', victim.customer.token, {
      name: 'Fewer',
      scopes,
    });
    const needing = guarded('sdk').filter(({ scopes: { sdk } }) => sdk === scope);
    await expectRefused(needing, bearer((made.body as { key: string }).key), {
      status: 403,
      code: 'insufficient_scope',
      challenge: `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`,
    });
  });

  it('of service keys refuses a key without its scope', async () => {
    const faults = await findFaults(guarded('service'), async (operation) => {
      const needed = operation.scopes.service!;
      const scopes = SERVICE_SCOPES.filter((scope) => scope !== needed);
      const { key } = await createServiceKey(server, victim.staff, { scopes });
      const lacking = { status: 403, code: 'insufficient_scope' };
      const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${needed}"`;
      const refused = await callVictim(operation, bearer(key));
      return faultOf(operation, refused, { ...lacking, challenge });
    });
    expect(faults).toEqual([]);
  });

  it.each(['sdk', 'service'] as const)('of the audience %s needs a scope', (audience) => {
    expect(guarded(audience).filter(({ scopes }) => !scopes[audience])).toEqual([]);
  });

  it.each(['sdk', 'service'] as const)('opens to keys of the audience %s too', async (audience) => {
    const faults = await findFaults(guarded(audience), async (operation) => {
      const world = await makeWorld(server, victim.staff);
      const values = await makeObject(operation, world);
      const authorization = bearer(tokenFor(audience, world));
      const sending = { ...sendingAs(audience, operation, world), authorization, values };
      const { status } = await call(operation, world, sending);
      const expected = exampleOf(operation).answers ?? successesOf(operation).at(-1);
      return status === expected ? null : `${status} instead of ${String(expected)}`;
    });
    expect(faults).toEqual([]);
  });

  it('opens to the credential of its own kind, and to the lowest role that may', async () => {
    const faults = await findFaults(guarded(), async (operation) => {
      const world = await makeWorld(server);
      const values = await makeObject(operation, world);
      const authorization = bearer(await lowestToken(operation, world));
      const { status } = await call(operation, world, { authorization, values });
      const expected = exampleOf(operation).answers ?? successesOf(operation).at(-1);
      return status === expected ? null : `${status} instead of ${String(expected)}`;
    });
    expect(faults).toEqual([]);
  });

  it('answers 401 before it checks body, query or id', async () => {
    const faults = await findFaults(guarded(), async (operation) => {
      const values = { id: 'malformed' };
      const body = operation.verb === 'get' ? undefined : { surprise: true };
      const response = await call(operation, victim, { values, query: 'surprise=1', body });
      return response.status === 401 ? null : `${response.status} to a stranger`;
    });
    expect(faults).toEqual([]);
  });

  it('refuses HEAD like GET', async () => {
    const gets = guarded().filter(({ verb }) => verb === 'get');
    const faults = await findFaults(gets, async ({ path }) => {
      const { status } = await server.send('head', path);
      return status === 401 ? null : `HEAD answers ${status}`;
    });
    expect(faults).toEqual([]);
  });
});

describe('the permissions of the roles', () => {
  it('are those of the contract', () => {
    const table = ROLES.map((role) => [role, [...permissionsOf(role)].sort()]);
    const all = permissionsOf('owner');
    expect(all).toEqual(expect.arrayContaining(Object.keys(CONTRACT)));
    const contract = ROLES.map((role) => [
      role,
      all.filter((permission) => !isAbove(lowestRoleOf(permission), role)).sort(),
    ]);
    expect(table).toEqual(contract);
  });
});

describe('every public route', () => {
  it('answers without a credential', async () => {
    const open = operations.filter(({ audience }) => audience === 'public');
    expect(open).not.toEqual([]);
    const faults = await findFaults(open, async (operation) => {
      const { status } = await call(operation, victim);
      const expected = exampleOf(operation).answers ?? successesOf(operation).at(-1);
      return status === expected ? null : `${status} instead of ${String(expected)}`;
    });
    expect(faults).toEqual([]);
  });

  it('answers the same with any Authorization header', async () => {
    const headers = [`Bearer ${victim.customer.token}`, 'Bearer nonsense', 'Basic eDp5'];
    const open = operations.filter(({ audience }) => audience === 'public');
    const faults = await findFaults(open, async (operation) => {
      const plain = shapeOf(await call(operation, victim));
      for (const authorization of headers) {
        const answer = shapeOf(await call(operation, victim, { authorization }));
        if (answer !== plain) return `${authorization.slice(0, 12)}…: ${answer}, not ${plain}`;
      }
      return null;
    });
    expect(faults).toEqual([]);
  });
});

function isAbove(role: Role, other: Role): boolean {
  return FROM_LOWEST.indexOf(role) > FROM_LOWEST.indexOf(other);
}

/** In this order, since the session answers nothing after it. */
function endingWith(list: Operation[], last: string): Operation[] {
  return [...list.filter(({ name }) => name !== last), ...list.filter(({ name }) => name === last)];
}

/** The token of the least member who may call this; where every member may, the owner's. */
async function lowestToken(operation: Operation, world: World): Promise<string | undefined> {
  const lowest = operation.permission && lowestRoleOf(operation.permission);
  if (!lowest || lowest === 'owner') return tokenFor(operation.audience, world);
  return (await addMember(server, world.customer, lowest)).token;
}

/** The same for two answers that differ in ids, times and tokens only. */
function shapeOf(response: Response): string {
  const { status, headers } = comparable(response);
  const fields = Object.keys((response.body ?? {}) as object).sort();
  return JSON.stringify([status, headers['content-type'], fields]);
}
