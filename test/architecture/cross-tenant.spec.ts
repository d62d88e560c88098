import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import type { SwitchResponse } from '../../src/modules/accounts/dto/account.responses';
import type { ApplicationResponse } from '../../src/product/applications/dto/application.response';
import { makeWorld, tokenFor } from '../support/architecture/credentials';
import {
  exampleOf,
  fill,
  listMissingExamples,
  makeObject,
  type World,
} from '../support/architecture/examples';
import {
  operationsOf,
  pathParametersOf,
  readDocument,
  successesOf,
  type Operation,
} from '../support/architecture/openapi';
import { bearer, call, codeOf, findFaults, mapSome } from '../support/architecture/requests';
import { listIdsOf, listRows, listRowsNaming } from '../support/architecture/rows';
import { createApplication } from '../product/support/applications';
import { PASSWORD } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { comparable } from '../support/problems';
import { openSupport } from '../support/staff';
import { TestApplication } from '../support/test-application';

/* Another tenant's thing is a missing thing, on every route and verb; and the tenant comes from the credential only. */

const VERBS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;

let server: TestApplication;
let operations: Operation[];
let victim: World;
let attacker: World;

beforeAll(async () => {
  server = await TestApplication.start();
  operations = operationsOf(await readDocument(server));
  victim = await makeWorld(server);
  attacker = await makeWorld(server, victim.staff);
  await server.get('/v1/sdk/status', attacker.customer.key); // the first use of a key shows in lists of keys
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

/** The routes of one tenant; staff's are no tenant's. */
function ofTenants(): Operation[] {
  return operations.filter(({ audience }) => ['dashboard', 'sdk', 'service'].includes(audience));
}

function callAs(
  world: World,
  operation: Operation,
  sending: Parameters<typeof call>[2],
): Promise<Response> {
  const authorization = bearer(tokenFor(operation.audience, world));
  return call(operation, world, { authorization, ...sending });
}

/** All of an answer but its moment, as text: HEAD has no body at all. */
function textOf(response: Response): string {
  const { status, headers } = response;
  return JSON.stringify(comparable({ status, headers, text: response.text || '' }));
}

describe('a thing of another tenant', () => {
  /** Ids that lead nowhere, each in its own way; and the real one in another spelling. */
  const NOWHERE: Record<string, (id: string) => string> = {
    missing: () => newId(),
    'in capitals': (id) => id.toUpperCase(),
    'a word': () => 'malformed',
    'cut short': (id) => id.slice(0, -1),
    'without hyphens': (id) => id.replaceAll('-', ''),
    'with NUL': (id) => `${id}%00`,
    'with a slash in it': (id) => `${id}%2F..`,
    'a quote': () => `'%20OR%20true`,
    overlong: () => 'x'.repeat(5_000),
  };
  /** For verbs that a path does not have, which answer before any id is read: `npm run test:long` tries all of them. */
  const NOWHERE_WITHOUT_ROUTE =
    process.env.CROSS_TENANT === 'all' ? NOWHERE : { missing: NOWHERE.missing! };

  /** What B holds: a session of the owner, the SDK's key, and staff in B's own support seat. */
  async function tokensOf(world: World): Promise<Record<string, string>> {
    const support = await openSupport(server, world.staff, world.customer, { mode: 'write' });
    const { customer, serviceKey } = world;
    return {
      session: customer.token,
      key: customer.key,
      service: serviceKey,
      support: support.token,
    };
  }

  /** The operation of this verb, with its body; where there is none, the bare verb. */
  function attemptOf(path: string, verb: (typeof VERBS)[number]): Operation {
    const documented = operations.find((each) => each.path === path && each.verb === verb);
    const template = operations.find((each) => each.path === path)!;
    const bare = { ...template, verb: verb as Operation['verb'], action: 'none' };
    return documented ?? { ...bare, exampleBody: null };
  }

  /** Paths with parameters, and for each the values that lead to the victim's thing. */
  async function targets(): Promise<[path: string, values: Record<string, string>][]> {
    // The catalogue's features belong to no tenant; ofrep.e2e-spec compares a hidden flag with none.
    const paths = operations
      .filter((each) => pathParametersOf(each).length > 0 && !each.path.startsWith('/ofrep/'))
      .filter((each) => !pathParametersOf(each).includes('feature'));
    const distinct = [...new Map(paths.map((each) => [each.path, each])).values()];
    return mapSome(distinct, async (operation): Promise<[string, Record<string, string>]> => [
      operation.path,
      await makeObject(operation, await makeWorld(server, victim.staff)), // one each: plans have limits
    ]);
  }

  it('can be made for each path that has a parameter', () => {
    expect(listMissingExamples(operations)).toEqual([]);
  });

  it('answers like one that never existed, with every verb and credential, and stays as it was', async () => {
    const all = await targets();
    const tokens = await tokensOf(attacker);
    const before = await listRows(server.database);
    const faults: string[] = [];
    for (const [path, values] of all)
      for (const verb of VERBS) faults.push(...(await compare(path, verb, values, tokens)));
    expect(faults).toEqual([]);
    expect(await listRows(server.database)).toEqual(before);
    const isThere = (name: string) => before.some((row) => row.includes(name));
    const missing = all.filter(([, names]) => !Object.values(names).every(isThere));
    expect(missing).toEqual([]); // each attacked thing was really there
  });

  async function compare(
    path: string,
    verb: (typeof VERBS)[number],
    values: Record<string, string>,
    tokens: Record<string, string>,
  ): Promise<string[]> {
    const operation = attemptOf(path, verb);
    const name = `${verb.toUpperCase()} ${path}`;
    const isRoute = operation.action !== 'none' || verb === 'head';
    const ways = isRoute ? NOWHERE : NOWHERE_WITHOUT_ROUTE;
    const holders = Object.entries(tokens).filter(([holder]) => mayMeet(path, holder));
    const faults = holders.map(async ([holder, token]) => {
      const ask = (asked: Record<string, string>): Promise<Response> =>
        call(operation, attacker, { authorization: bearer(token), values: asked });
      const theirs = await ask(values);
      const nowhere = await Promise.all(
        Object.entries(ways).map(async ([how, change]) => {
          const text = textOf(await ask(mapped(values, change)));
          if (text === textOf(theirs)) return [];
          return [`${name} by ${holder}, ${how}: ${text}, and the real one: ${textOf(theirs)}`];
        }),
      );
      return [...unexpected(operation, holder, theirs), ...nowhere.flat()];
    });
    return (await Promise.all(faults)).flat();
  }

  /** The matrix of credentials has a service key at every other route. */
  function mayMeet(path: string, holder: string): boolean {
    const isForServices = operations.some(
      (each) => each.path === path && each.audiences.includes('service'),
    );
    return holder !== 'service' || isForServices;
  }

  /** With the right kind of credential the answer is 404 of the thing: what is compared is not some other refusal. */
  function unexpected(operation: Operation, holder: string, response: Response): string[] {
    const rightful = {
      dashboard: 'session',
      sdk: 'key',
      service: 'service',
      staff: '',
      public: '',
    };
    const isRightful = operation.action !== 'none' && rightful[operation.audience] === holder;
    if (!isRightful) return response.status >= 400 ? [] : [`${operation.name}: ${response.status}`];
    const isMissing = response.status === 404 && codeOf(response) !== 'route_not_found';
    return isMissing ? [] : [`${operation.name}: ${response.status} instead of 404`];
  }

  function mapped(
    values: Record<string, string>,
    change: (value: string) => string,
  ): Record<string, string> {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
  }
});

describe('a reference to a thing of another tenant', () => {
  type References = Record<string, (id: string) => Parameters<typeof call>[2]>;

  /** Routes of service keys that name the business in the query. */
  function ofQueries(...actions: string[]): References {
    const sending = (id: string) => ({ query: `businessId=${id}` });
    return Object.fromEntries(actions.map((action) => [`${action} businessId`, sending]));
  }

  /** Fields of bodies and queries that take an id: what the attacker sends with the victim's id in it, or a missing one. */
  const REFERENCES: References = {
    'api_key.create applicationId': (applicationId) => ({ body: { name: 'Mine', applicationId } }),
    'entitlement.check businessId': (businessId) => ({
      body: { businessId, feature: 'recordings' },
    }),
    'session.create_by_passkey businessId': (businessId) => ({ body: { businessId, passkey: {} } }),
    ...ofQueries('entitlement.list', 'flag.evaluate', 'flag.evaluate_all'),
    ...ofQueries('usage.get', 'usage.get_feature', 'usage.history', 'usage_alerts.get'),
    ...ofQueries('usage.explain', 'usage.explain_feature', 'usage.verify'),
    'usage_event.record businessId': (businessId) => ({ body: { ...EVENT, businessId } }),
    'usage_event.release businessId': (businessId) => ({
      body: { businessId, feature: 'seats', eventId: 'of-another' },
    }),
    'usage_reservation.commit businessId': (businessId) => ({
      ...{ values: { id: newId() }, body: { businessId } },
    }),
    'usage_reservation.create businessId': (businessId) => ({
      body: { ...EVENT, businessId, expiresInSeconds: 60 },
    }),
    'usage_reservation.release businessId': (businessId) => ({
      ...{ values: { id: newId() }, body: { businessId } },
    }),
    'audit_log.list actorId': (id) => ({ query: `actorId=${id}` }),
    'recording.create applicationId': (applicationId) => ({
      body: { ...RECORDING, applicationId },
    }),
    'recording.create_batch applicationId': (applicationId) => ({
      body: { recordings: [{ ...RECORDING, applicationId }] },
    }),
    'recording.list applicationId': (id) => ({ query: `applicationId=${id}` }),
    'session.create businessId': (businessId) => ({
      body: { email: attacker.customer.email, password: PASSWORD, businessId },
    }),
    'session.exchange businessId': (businessId) => ({ body: { token: 'unknown', businessId } }),
    'session.switch businessId': (businessId) => ({ body: { businessId } }),
  };
  const EVENT = { feature: 'recordings', eventId: 'of-another', amount: 1 };
  const RECORDING = {
    externalId: 'of-another',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
  };

  it('is tried for every field that takes an id', () => {
    const fields = operations
      .filter(({ audience }) => audience !== 'staff')
      .flatMap(({ action, references }) => references.map((field) => `${action} ${field}`));
    const ofTenants = fields.filter((field) => !field.endsWith(' planId')); // plans belong to no tenant
    const missing = ofTenants.filter((field) => !(field in REFERENCES));
    expect(missing).toEqual([]); // add what is missing to REFERENCES
  });

  it('answers like one to a missing thing, and nothing of the victim is changed', async () => {
    const { customer } = await makeWorld(server, victim.staff);
    const { id: applicationId } = await createApplication(server, customer);
    const { business, member } = customer;
    const real = { applicationId, businessId: business.id, actorId: member.id };
    const before = await listRowsNaming(server.database, business.id);
    for (const [name, sendingOf] of Object.entries(REFERENCES)) {
      const [action, field] = name.split(' ') as [string, keyof typeof real];
      const operation = operations.find((each) => each.action === action)!;
      const theirs = await callAs(attacker, operation, sendingOf(real[field]));
      const missing = await callAs(attacker, operation, sendingOf(newId()));
      expect([name, textOf(theirs)]).toEqual([name, textOf(missing)]);
    }
    expect(await listRowsNaming(server.database, business.id)).toEqual(before);
  });

  it('in an Idempotency-Key gives no caller the answer of another', async () => {
    const headers = { 'idempotency-key': 'the same key' };
    const [create] = operations.filter(({ action }) => action === 'api_key.create');
    const theirs = await callAs(victim, create!, { headers });
    const mine = await callAs(attacker, create!, { headers });
    expect([theirs.status, mine.status]).toEqual([201, 201]);
    expect(mine.headers['idempotency-replayed']).toBeUndefined();
    expect(idOf(mine)).not.toBe(idOf(theirs));
    expect((await callAs(attacker, create!, { headers })).body).toEqual(mine.body);
  });
});

describe('the tenant of a request', () => {
  /** What gateways, frameworks and colleagues have taken a tenant from. */
  function smuggled(id: string): Record<string, string> {
    return {
      host: `${id}.example.com`,
      cookie: `businessId=${id}; tenant=${id}; business_id=${id}`,
      forwarded: `host=${id}.example.com`,
      'x-business': id,
      'x-business-id': id,
      'x-tenant': id,
      'x-tenant-id': id,
      'x-organization-id': id,
      'x-forwarded-host': `${id}.example.com`,
      'x-original-url': `/v1/business?businessId=${id}`,
      'x-http-method-override': 'DELETE',
      'app.business_ids': `{${id}}`,
    };
  }

  it('is not changed by a header: each list and each thing is the own one', async () => {
    await fill(victim, operations);
    const [setSso] = operations.filter(({ action }) => action === 'sso.set');
    for (const each of [attacker, victim]) await callAs(each, setSso!, {});
    const { id } = victim.customer.business;
    const theirs = await listIdsOf(server.database, id);
    expect(theirs.length).toBeGreaterThan(10);
    const reading = ofTenants().filter(
      (each) => each.verb === 'get' && pathParametersOf(each).length === 0,
    );
    await standStill();
    const faults = await findFaults(reading, async (operation) => {
      const plain = await callAs(attacker, operation, {});
      const forged = await callAs(attacker, operation, { headers: smuggled(id) });
      if (plain.status !== 200) return `${plain.status} instead of 200`;
      if (textOf(forged) !== textOf(plain)) return `${textOf(forged)} instead of ${textOf(plain)}`;
      const shown = theirs.filter((each) => forged.text.includes(each));
      return shown.length > 0 ? `shows ${shown.join(', ')} of another business` : null;
    });
    expect(faults).toEqual([]);
  });

  /** Lists show when a credential was last used, which is written every 30 seconds: between two requests, too. */
  async function standStill(): Promise<void> {
    freezeClockAt(server, Date.now());
    await server.get('/v1/me', attacker.customer.token);
    await server.get('/v1/sdk/status', attacker.customer.key);
  }

  it('is not changed by a header: what is written is written into the own one', async () => {
    const { id } = victim.customer.business;
    const before = await listRowsNaming(server.database, id);
    const writing = ofTenants().filter(({ verb }) => verb !== 'get');
    const faults = await findFaults(writing, async (operation) => {
      const own = await makeWorld(server, victim.staff);
      const values = await makeObject(operation, own);
      const { status, text } = await callAs(own, operation, { values, headers: smuggled(id) });
      const expected = exampleOf(operation).answers ?? successesOf(operation).at(-1);
      return status === expected ? null : `${status} instead of ${String(expected)}: ${text}`;
    });
    expect(faults).toEqual([]);
    expect(await listRowsNaming(server.database, id)).toEqual(before);
  });

  it('cannot be named in a query', async () => {
    const { id } = victim.customer.business;
    const before = await listRows(server.database);
    for (const name of ['businessId', 'business_id', 'tenantId']) {
      const faults = await findFaults(ofTenants(), async (operation) => {
        const values = { id: newId() };
        const response = await callAs(attacker, operation, { values, query: `${name}=${id}` });
        return refusalOf(response, name);
      });
      expect(faults).toEqual([]);
    }
    expect(await listRows(server.database)).toEqual(before);
  });

  it('cannot be named in a body, but to choose among the own ones', async () => {
    const { id } = victim.customer.business;
    const before = await listRows(server.database);
    for (const name of ['businessId', 'business_id', 'tenantId']) {
      const written = ofTenants().filter(
        ({ hasBody, references }) => hasBody && !references.includes(name),
      );
      expect(written).not.toEqual([]);
      const faults = await findFaults(written, async (operation) => {
        const values = { id: newId() };
        const body = { ...exampleOf(operation).body?.(attacker), [name]: id };
        return refusalOf(await callAs(attacker, operation, { values, body }), name);
      });
      expect(faults).toEqual([]);
    }
    expect(await listRows(server.database)).toEqual(before);
  });

  it('is that of the login: one who belongs to two sees in each only what is there', async () => {
    const { customer } = attacker;
    const created = await server.post('/v1/businesses', customer.token, { name: 'Second' });
    const { session } = created.body as SwitchResponse;
    const made = await server.post('/v1/applications', session.token, { name: 'In the second' });
    const { id } = made.body as ApplicationResponse;
    expect((await server.get(`/v1/applications/${id}`, session.token)).status).toBe(200);
    expect((await server.get(`/v1/applications/${id}`, customer.token)).status).toBe(404);
  });

  function refusalOf(response: Response, field: string): string | null {
    const pointers = (response.body as { errors?: { pointer: string }[] }).errors ?? [];
    const isRefused =
      response.status === 422 && pointers.some((each) => each.pointer === `/${field}`);
    return isRefused ? null : `${response.status} with ${field}: ${response.text}`;
  }
});

function idOf(response: Response): unknown {
  return (response.body as { id?: unknown }).id;
}
