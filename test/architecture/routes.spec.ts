import { existsSync, readFileSync } from 'node:fs';
import request from 'supertest';
import { audiencesOf, type Access } from '../../src/common/access/access.decorator';
import { ROLE_PERMISSIONS } from '../../src/common/access/permissions';
import { allProblems } from '../../src/common/problem';
import { createOpenApiDocument } from '../../src/platform/http/openapi';
import {
  listDanglingReferences,
  operationsOf,
  readDocument,
  successesOf,
  type ApiDocument,
  type Operation,
} from '../support/architecture/openapi';
import { listHandlers, listRoutes, type Handler } from '../support/architecture/routes';
import { definedProblems } from '../support/architecture/sources';
import * as product from '../product/description';
import { handlersThatRan, startUndecorated } from '../support/architecture/undecorated-application';
import { signUp } from '../support/customers';
import { expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';
import { createTestDatabase } from '../support/test-database';

/* Rule 2 of the house: every route declares who may call it, in one place that also documents it. */

/** Routes of the router without a handler of this application, and why they need no @Access. */
const ASSETS: Record<string, string> = {
  '/openapi.json': 'the contract is public',
  '/docs': 'the browsable contract is public',
  '/docs/': 'the same',
  '/docs/index.html': 'the same',
  '/docs/swagger-ui-init.js': 'the document as the page reads it',
  '/docs/docs/swagger-ui-init.js': 'the same, where the page was opened without a slash',
  '/docs/LICENSE': 'swagger-ui is Apache-2.0',
  '/docs/*': 'the files of swagger-ui',
};

/** Handlers that the contract leaves out, and why. */
const PAGES: Record<string, string> = {
  'PagesController.welcome': 'a page for people',
  'PagesController.problem': 'where the type of a problem leads',
  'PagesController.tellAgents': 'a page for programming agents',
  'BrandController.read': 'for the console of this server',
  'BrandController.readLogo': 'an image',
  'RaceController.run': 'for the console, in development',
  ...product.PAGES,
};

/** Public routes, and why they need no credential. A new one is public on purpose or not at all. */
const PUBLIC: Record<string, string> = {
  'business.sign_up': 'begins everything',
  'email.verify': 'the key of the mail is the credential',
  'email_change.confirm': 'the key of the mail is the credential',
  'email_change.undo': 'the key of the mail is the credential',
  'health.live': 'for the supervisor of the process',
  'health.ready': 'for the load balancer',
  'invitation.look_up': 'the key of the mail is the credential',
  'metrics.read': 'for Prometheus, whose METRICS_TOKEN is not a credential of this server',
  'password.forgot': 'for those who cannot sign in',
  'password.reset': 'the key of the mail is the credential',
  'plan.list': 'the price list',
  'session.ask_passkey': 'begins what gives the credential',
  'session.create': 'gives the credential',
  'session.create_by_passkey': 'gives the credential',
  'session.exchange': 'the token of the issuer is the credential',
  'session.sign_in': 'the answer of the provider is the credential',
  'session.verify': 'the token of the first step is the credential',
  'sign_in.begin': 'begins what gives the credential',
  'sign_in.list_providers': 'for those who are not signed in yet',
  'staff_session.ask_passkey': 'begins what gives the credential',
  'staff_session.create': 'gives the credential',
  'staff_session.create_by_passkey': 'gives the credential',
  'staff_session.verify': 'the token of the first step is the credential',
  'webhook.receive': 'the signature of the body is the credential',
};

/** Dashboard routes that every member may call in any role, and why. */
const FOR_EVERY_MEMBER: Record<string, string> = {
  'business.create': 'makes a business of the own',
  'email.resend': 'about oneself',
  'email_change.cancel': 'about oneself',
  'email_change.get': 'about oneself',
  'email_change.request': 'about oneself',
  'entitlement.list': 'the page of every member switches by it',
  'event.get': 'the permissions of the caller say which events there are',
  'event.list': 'the same',
  'event.stream': 'the same',
  'flag.evaluate': 'the same',
  'flag.evaluate_all': 'the same',
  'identity.link': 'about oneself',
  'identity.list': 'about oneself',
  'identity.unlink': 'about oneself',
  'invitation.accept': 'about oneself',
  'me.get': 'about oneself',
  'me.list_businesses': 'about oneself',
  'me.update': 'about oneself',
  'notification.list': 'the permissions of the caller say which there are',
  'notification.read_all': 'about oneself',
  'notification.update': 'about oneself',
  'notification_preference.list': 'about oneself',
  'notification_preference.update': 'about oneself',
  'passkey.begin': 'about oneself',
  'passkey.create': 'about oneself',
  'passkey.delete': 'about oneself',
  'passkey.rename': 'about oneself',
  'password.change': 'about oneself',
  'second_factor.begin': 'about oneself',
  'second_factor.cancel_reset': 'about oneself',
  'second_factor.confirm': 'about oneself',
  'second_factor.get': 'about oneself',
  'second_factor.remove': 'about oneself',
  'second_factor.renew_codes': 'about oneself',
  'session.ask_proof': 'about oneself',
  'session.end': 'about oneself',
  'session.list': 'about oneself',
  'session.prove': 'about oneself',
  'session.revoke': 'about oneself',
  'session.switch': 'about oneself',
  'sign_in.begin_own': 'about oneself',
  'sign_in.finish_own': 'about oneself',
  'team_member.remove': 'every member may leave; the service checks who removes another',
};

/** Problems of modules that no route gives, and why. */
const PROBLEMS_WITHOUT_ROUTE: Record<string, string> = {
  staff_account_not_found:
    'of the commands staff:disable, staff:reset-factor, staff:reset-password and staff:unlock',
};

/** Routes with a second status of success, and why. */
const FURTHER_SUCCESSES: Record<string, number[]> = {
  'usage_event.record': [200], // counted before
  'usage_event.release': [200],
  'usage_reservation.create': [200],
  ...product.FURTHER_SUCCESSES,
};

let server: TestApplication;
let handlers: Handler[];
let routes: string[];
let document: ApiDocument;
let operations: Operation[];

beforeAll(async () => {
  server = await TestApplication.start();
  handlers = listHandlers(server.app);
  routes = listRoutes(server.app);
  document = await readDocument(server);
  operations = operationsOf(document);
});
afterAll(() => server.stop());

function documentedHandlers(): (Handler & { access: Access })[] {
  return handlers.flatMap((handler) =>
    handler.access && !(handler.name in PAGES) ? [{ ...handler, access: handler.access }] : [],
  );
}

function isAsset(route: string): boolean {
  return pathOf(route) in ASSETS;
}

function pathOf(route: string): string {
  return route.slice(route.indexOf(' ') + 1);
}

describe('the router', () => {
  it('has the routes of the handlers and the assets, and no others', () => {
    const known = handlers.map(({ route }) => route);
    const others = routes.filter((route) => !route.startsWith('HEAD ') && !isAsset(route));
    expect(others).toEqual([...new Set(known)].sort());
    expect(known).toHaveLength(new Set(known).size); // of two handlers of one route, one never runs
  });

  it('has a HEAD for each GET and for nothing else: the same handler, so the same guard', () => {
    const heads = routes.filter((route) => route.startsWith('HEAD ')).map(pathOf);
    const gets = routes.filter((route) => route.startsWith('GET ')).map(pathOf);
    expect(heads).toEqual(gets);
  });

  it('serves as assets what the list names', () => {
    const assets = routes.filter((route) => route.startsWith('GET ') && isAsset(route));
    expect(assets.map(pathOf)).toEqual(Object.keys(ASSETS).sort());
  });
});

describe('every handler', () => {
  it('says who may call it', () => {
    expect(handlers.length).toBeGreaterThan(25);
    expect(handlers.filter(({ access }) => !access).map(({ name }) => name)).toEqual([]);
  });

  it('is in the contract or on the list of pages', () => {
    const documented = documentedHandlers().map(({ route }) => route);
    expect(documented.sort()).toEqual(operations.map(({ name }) => name).sort());
    expect(
      Object.keys(PAGES).filter((page) => !handlers.some(({ name }) => name === page)),
    ).toEqual([]);
  });

  it('asks for a permission only where a role can have it, which is on the dashboard', () => {
    const permitted = handlers.filter(({ access }) => access?.permission);
    const wrong = permitted.filter(
      ({ access }) =>
        access?.audience !== 'dashboard' ||
        !(ROLE_PERMISSIONS.owner as readonly unknown[]).includes(access.permission),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('is public only where that is meant', () => {
    const open = documentedHandlers().filter(({ access }) => access.audience === 'public');
    expect(open.map(({ access }) => access.action).sort()).toEqual(Object.keys(PUBLIC));
  });

  it('of the dashboard asks for a permission, but where every member may call it', () => {
    const unasked = documentedHandlers().filter(
      ({ access }) => access.audience === 'dashboard' && !access.permission,
    );
    const actions = unasked.map(({ access }) => access.action);
    expect(actions.sort()).toEqual(Object.keys(FOR_EVERY_MEMBER));
  });

  it('asks for the permission of what it is about: to read for GET, more for all else', () => {
    const wrong = documentedHandlers().filter(({ route, access }) => {
      const [thing, right] = access.permission?.split(':') ?? [];
      const about = pathOf(route).replaceAll('-', '_').split('/').slice(2, 4); // or of a part of it
      return thing && (!about.includes(thing) || (right === 'read') !== route.startsWith('GET '));
    });
    expect(wrong.map(({ name, access }) => `${name}: ${access.permission}`)).toEqual([]);
  });

  it('whose items name their business is no transaction of one business', () => {
    const perItem = documentedHandlers().filter(({ access }) => access.businessPerItem);
    const ofOne = perItem.filter(({ access }) =>
      [undefined, 'repeatable'].includes(access.idempotency),
    );
    expect(ofOne.map(({ name }) => name)).toEqual([]);
  });

  it('has an action of its own, `thing.verb`', () => {
    const actions = handlers.flatMap(({ access }) => (access ? [access.action] : []));
    expect(actions.filter((action) => !/^[a-z_]+\.[a-z_]+$/.test(action))).toEqual([]);
    expect(actions.filter((action, index) => actions.indexOf(action) !== index)).toEqual([]);
  });
});

describe('the contract', () => {
  it('says of each route what its decorator says', () => {
    const decorated = documentedHandlers().map(({ route, access }) => ({
      route,
      action: access.action,
      audience: access.audience,
      audiences: audiencesOf(access),
      permission: access.permission ?? null,
      security:
        access.audience === 'public' ? [] : audiencesOf(access).map((each) => ({ [each]: [] })),
    }));
    const described = operations.map(({ name: route, ...rest }) => {
      const { action, audience, audiences, permission, security } = rest;
      return { route, action, audience, audiences, permission, security };
    });
    expect(byRoute(described)).toEqual(byRoute(decorated));
  });

  it('names for each route the status that the handler is set to give', () => {
    const set = documentedHandlers().map(({ route, status, access }) => [
      route,
      [...(FURTHER_SUCCESSES[access.action] ?? []), status].sort(),
    ]);
    const named = operations.map((operation) => [operation.name, successesOf(operation)]);
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(set));
  });

  it('describes the credential of each audience as a bearer token', () => {
    const { securitySchemes } = document.components;
    const audiences = new Set(operations.flatMap((operation) => operation.audiences));
    audiences.delete('public');
    expect(Object.keys(securitySchemes).sort()).toEqual([...audiences].sort());
    for (const scheme of Object.values(securitySchemes))
      expect(scheme).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('asks for no header but Idempotency-Key, on POST only, and what some routes read', () => {
    const headers = operations.flatMap(({ name, verb, parameters }) =>
      parameters
        .filter((each) => each.in === 'header')
        .filter((each) => each.name !== 'Idempotency-Key' || each.required || verb !== 'post')
        .map((each) => `${name} asks for ${each.name}`),
    );
    expect(headers.sort()).toEqual(
      [
        'POST /v1/usage-events asks for Content-Encoding',
        'POST /v1/usage-events/batch asks for Content-Encoding',
        'POST /v1/webhooks/stripe asks for Stripe-Signature',
        ...product.HEADERS,
      ].sort(),
    );
  });

  it('refers to nothing that it does not hold', () => {
    expect(listDanglingReferences(document)).toEqual([]);
  });

  it('names each problem of a module on a route that gives it', () => {
    const described = JSON.stringify(operations.map(({ responses }) => responses));
    const codes = definedProblems()
      .filter(({ file }) => /^src\/(modules|product)\//.test(file))
      .map(({ code }) => code);
    const loaded = allProblems().filter(({ code }) => codes.includes(code));
    const missing = loaded
      .map(({ code }) => code)
      .filter((code) => !described.includes(`\`${code}\``));
    expect(missing).toEqual(Object.keys(PROBLEMS_WITHOUT_ROUTE));
  });

  it('names no problem that is not defined', () => {
    const described = JSON.stringify(operations.map(({ responses }) => responses));
    const named = [...described.matchAll(/`([a-z_]+)`: /g)].map(([, code]) => code);
    const defined = allProblems().map(({ code }) => code);
    expect([...new Set(named)].filter((code) => !defined.includes(String(code)))).toEqual([]);
  });

  it('is the same each time it is made', () => {
    expect(JSON.parse(JSON.stringify(createOpenApiDocument(server.app)))).toEqual(document);
  });

  it('is committed as openapi.json; `npm run openapi` writes it', () => {
    expect(existsSync('openapi.json')).toBe(true);
    expect(JSON.parse(readFileSync('openapi.json', 'utf8'))).toEqual(document);
  });
});

describe('a handler without @Access', () => {
  it('is refused, to a stranger and to an owner, and never runs', async () => {
    const database = await createTestDatabase();
    const app = await startUndecorated(database.url);
    try {
      const url = await app.getUrl();
      const post = (path: string, _: undefined, body: object) => request(url).post(path).send(body);
      const { token } = await signUp({ post } as Pick<TestApplication, 'post'>);
      for (const authorization of ['', `Bearer ${token}`]) {
        const agent = request.agent(url).set({ authorization });
        expectProblem(await agent.get('/v1/undecorated'), 500, 'internal_error');
        expectProblem(await agent.post('/v1/undecorated').send({}), 500, 'internal_error');
      }
      expect(handlersThatRan).toEqual([]);
    } finally {
      await app.close();
      await database.drop();
    }
  });
});

function byRoute<T extends { route: string }>(list: T[]): Record<string, T> {
  return Object.fromEntries(list.map((each) => [each.route, each]));
}
