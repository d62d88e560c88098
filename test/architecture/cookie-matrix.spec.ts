import type { Response } from 'supertest';
import type { SessionKind } from '../../src/common/session-cookies';
import { makeWorld } from '../support/architecture/credentials';
import { exampleOf, makeObject, type World } from '../support/architecture/examples';
import {
  isDocumented,
  operationsOf,
  readDocument,
  successesOf,
  type ApiDocument,
  type Operation,
} from '../support/architecture/openapi';
import { bearer, call, codeOf, findFaults } from '../support/architecture/requests';
import { listRows } from '../support/architecture/rows';
import { cookieHeaders, PAGE_ORIGIN, SAME_ORIGIN } from '../support/browser-page';
import { openSupport } from '../support/staff';
import { TestApplication } from '../support/test-application';

/* Every route with every cookie: the documented refusal and nothing changed, or the same answer as to a token. */

let server: TestApplication;
let document: ApiDocument;
let operations: Operation[];
let victim: World;
let tokens: Record<SessionKind, string>;
const objects = new Map<string, Record<string, string>>();

beforeAll(async () => {
  server = await TestApplication.start({ appUrl: PAGE_ORIGIN });
  document = await readDocument(server);
  operations = operationsOf(document);
  victim = await makeWorld(server);
  const { staff, customer } = victim;
  const support = await openSupport(server, staff, customer, { mode: 'write' });
  tokens = { team: customer.token, staff: staff.token, support: support.token };
  for (const operation of operations)
    if (!objects.has(operation.path))
      objects.set(operation.path, await makeObject(operation, victim));
});
afterAll(() => server.stop());

const guarded = (): Operation[] => operations.filter(({ audience }) => audience !== 'public');
const takesCookies = ({ audiences }: Operation): boolean =>
  audiences.includes('dashboard') || audiences.includes('staff');
const kindOf = ({ audiences }: Operation): SessionKind =>
  audiences.includes('staff') ? 'staff' : 'team';

function send(
  operation: Operation,
  headers: Record<string, string>,
  authorization?: string,
): Promise<Response> {
  const values = objects.get(operation.path);
  return call(operation, victim, { authorization, headers, values });
}

/** All of these refuse, as documented, and change nothing. */
async function expectRefused(
  refusing: Operation[],
  ask: (operation: Operation) => Promise<Response>,
  [status, code]: [number, string],
): Promise<void> {
  expect(refusing).not.toEqual([]);
  const before = await listRows(server.database);
  const faults = await findFaults(refusing, async (operation) => {
    const answer = await ask(operation);
    const given = `${answer.status} ${String(codeOf(answer))}`;
    if (given !== `${status} ${code}`) return `${given} instead of ${status} ${code}`;
    return isDocumented(operation, status, code) ? null : `${given} is not in openapi.json`;
  });
  expect(faults).toEqual([]);
  expect(await listRows(server.database)).toEqual(before);
}

const ofPages = (): Operation[] => guarded().filter(takesCookies);

it('a cookie that no header names opens nothing', async () => {
  const ask = (operation: Operation) => {
    const { cookie } = cookieHeaders('team', tokens);
    return send(operation, { ...SAME_ORIGIN, cookie: cookie! });
  };
  await expectRefused(guarded(), ask, [401, 'unauthenticated']);
});

it('a cookie opens no route of keys', async () => {
  const ask = (operation: Operation) => send(operation, cookieHeaders('team', tokens));
  const ofKeys = guarded().filter((operation) => !takesCookies(operation));
  await expectRefused(ofKeys, ask, [401, 'unauthenticated']);
});

it.each(['cross-site', 'same-site', 'none'])('a page that is %s is refused', async (site) => {
  const ask = (operation: Operation) => {
    const headers = cookieHeaders(kindOf(operation), tokens);
    return send(operation, { ...headers, 'sec-fetch-site': site });
  };
  await expectRefused(ofPages(), ask, [403, 'cross_site_request']);
});

it('a cookie with a token is ambiguous', async () => {
  const ask = (operation: Operation) =>
    send(operation, cookieHeaders(kindOf(operation), tokens), bearer(tokens[kindOf(operation)]));
  await expectRefused(ofPages(), ask, [400, 'credentials_ambiguous']);
});

it('a cookie of another kind is refused', async () => {
  const other = (operation: Operation): SessionKind =>
    kindOf(operation) === 'staff' ? 'team' : 'staff';
  const ask = (operation: Operation) => send(operation, cookieHeaders(other(operation), tokens));
  await expectRefused(ofPages(), ask, [403, 'wrong_credential_kind']);
});

it('a page of another business is refused where the business matters', async () => {
  const named = { 'tenantry-business': victim.staff.id };
  const bound = ofPages().filter(
    (operation) =>
      operation.audience === 'dashboard' && isDocumented(operation, 403, 'no_business'),
  );
  const ask = (operation: Operation) =>
    send(operation, { ...cookieHeaders('team', tokens), ...named });
  await expectRefused(bound, ask, [409, 'session_in_other_business']);
});

it('the cookie of its own kind opens what a token opens', async () => {
  const faults = await findFaults(ofPages(), async (operation) => {
    const world = await makeWorld(server);
    const values = await makeObject(operation, world);
    const kind = kindOf(operation);
    const token = kind === 'staff' ? world.staff.token : world.customer.token;
    const headers = cookieHeaders(kind, { [kind]: token });
    const { status } = await call(operation, world, { headers, values });
    const expected = exampleOf(operation).answers ?? successesOf(operation).at(-1);
    return status === expected ? null : `${status} instead of ${String(expected)}`;
  });
  expect(faults).toEqual([]);
});

it('every route that answers the token of a session takes `transport`, and says when it cannot', () => {
  const answering = operations.filter(({ path, verb }) => {
    const answers = JSON.stringify(resolve(document.paths[path]![verb]!.responses, []));
    return /tn[sfu]_…/.test(answers);
  });
  expect(answering.map(({ action }) => action).sort()).toEqual([
    'business.create',
    'business.sign_up',
    'session.create',
    'session.create_by_passkey',
    'session.exchange',
    'session.sign_in',
    'session.switch',
    'session.verify',
    'staff_session.create',
    'staff_session.create_by_passkey',
    'staff_session.verify',
    'support_session.start',
  ]);
  for (const operation of answering) {
    const { requestBody } = document.paths[operation.path]![operation.verb]!;
    expect(JSON.stringify(resolve(requestBody, []))).toContain('"transport"');
    expect(isDocumented(operation, 409, 'cookie_needs_https')).toBe(true);
    expect(isDocumented(operation, 403, 'cross_site_request')).toBe(true);
  }
});

/** A part of the document with what it refers to. */
function resolve(node: unknown, path: string[]): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const { $ref } = node as { $ref?: string };
  if ($ref === undefined)
    return Array.isArray(node)
      ? node.map((each) => resolve(each, path))
      : Object.fromEntries(Object.entries(node).map(([key, each]) => [key, resolve(each, path)]));
  if (path.includes($ref)) return null;
  const [, , kind, name] = $ref.split('/') as ['#', 'components', 'schemas' | 'headers', string];
  return resolve(document.components[kind][name], [...path, $ref]);
}
