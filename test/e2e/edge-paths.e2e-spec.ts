import { PLATFORM_ID, newId } from '../../src/common/ids';
import { signUp } from '../support/customers';
import { countRows } from '../support/database-dump';
import { bearer, Edge, type Headers, JSON_TYPE } from '../support/edge';
import { addStaff, call, listOperations, nameOf, REASON, type Operation } from '../support/staff';
import { comparable, expectFaults, expectProblem } from '../support/problems';

describe('addresses at the edge', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  describe('a query', () => {
    it('is 422 where a route takes none, with any verb', async () => {
      const { token } = await signUp(edge.server);
      const requests: [string, string][] = [
        ['GET', '/v1/me'],
        ['GET', '/v1/business'],
        ['PATCH', '/v1/business'],
        ['POST', '/v1/applications'],
        ['POST', '/v1/auth/logout'],
        ['GET', `/v1/applications/${newId()}`],
        ['DELETE', `/v1/applications/${newId()}`],
      ];
      for (const [method, path] of requests) {
        const answer = await edge.raw({ method, path: `${path}?debug=1`, headers: bearer(token) });
        expectFaults(answer, '/debug');
      }
      expect((await edge.server.get('/v1/me', token)).status).toBe(200);
    });

    it('is 422 on public routes too', async () => {
      expectFaults(
        await edge.post('{}', JSON_TYPE, '/v1/auth/login?email=a@example.com'),
        '/email',
      );
      expectFaults(await edge.raw({ path: '/health/live?verbose=1' }), '/verbose');
    });

    it('that is empty is none', async () => {
      for (const path of ['/v1/me?', '/v1/me?&', '/v1/me?&&'])
        expect((await edge.raw({ path, headers: bearer(edge.customer.token) })).status).toBe(200);
    });
  });

  describe('an id in a path', () => {
    it('with a NUL is no fault of the server, on any route, for owners and staff', async () => {
      const { server, customer } = edge;
      const staff = await addStaff(server);
      const named = (await listOperations(server)).filter(({ path }) => path.includes(PLATFORM_ID));
      expect(named.length).toBeGreaterThan(50);
      for (const { verb, path } of named)
        for (const token of [customer.token, staff.token]) {
          const withNul = { verb, path: path.replaceAll(PLATFORM_ID, '%00') };
          const { status } = await call(server, withNul, token);
          expect([nameOf(withNul), status < 500]).toEqual([nameOf(withNul), true]);
        }
    });

    it('with a NUL for a feature is 404', async () => {
      const { server, customer } = edge;
      const staff = await addStaff(server);
      const ofFeature = '/v1/usage/%00';
      for (const path of [
        '',
        '/explain',
        '/verify',
        '/alerts',
        '/history?from=2026-11-01&to=2026-11-02',
      ])
        expectProblem(await server.get(ofFeature + path, customer.token), 404, 'feature_not_found');
      const own = `/v1/staff/businesses/${customer.business.id}/entitlements/%00`;
      const asked: [Operation['verb'], string, string, object][] = [
        ['put', `${ofFeature}/alerts`, customer.token, { percentages: [50] }],
        ['put', own, staff.token, { limit: 5, reason: REASON }],
        ['delete', own, staff.token, {}],
        ['patch', '/v1/staff/features/%00', staff.token, { name: 'Another' }],
      ];
      for (const [verb, path, token, body] of asked)
        expectProblem(await server.send(verb, path, token).send(body), 404, 'feature_not_found');
    });

    const paths = ['/v1/applications/', '/v1/team-members/', '/v1/recordings/'];
    const ids = [
      'x',
      '0',
      '-1',
      'null',
      'undefined',
      '%00',
      '%27%20OR%201=1--',
      '%F0%9F%98%80',
      '..%2f..%2fhealth',
      '{id}',
      '[]',
      'a'.repeat(12_000),
      `${newId()}0`,
      newId().replaceAll('-', ''),
      `{${newId()}}`,
      `${newId()},${newId()}`,
      `${newId()}%0A`,
      '00000000-0000-0000-0000-000000000000',
    ];
    it.each(paths)(
      '%s… that is malformed is like one that never existed, byte for byte',
      async (path) => {
        const read = async (id: string) =>
          comparable(
            await edge.raw({ path: `${path}${id}`, headers: bearer(edge.customer.token) }),
          );
        const missing = await read(newId());
        expect(missing.status).toBe(404);
        for (const id of ids) expect([id, await read(id)]).toEqual([id, missing]);
      },
    );

    it('that is malformed is not asked about before the credential', async () => {
      for (const id of ids)
        expectProblem(await edge.raw({ path: `/v1/applications/${id}` }), 401, 'unauthenticated');
    });
  });

  describe('a verb', () => {
    const allowed: [string, string][] = [
      ['/v1/business', 'GET, HEAD, PATCH'],
      ['/v1/auth/login', 'POST'],
      ['/v1/api-keys', 'GET, HEAD, POST'],
      [`/v1/api-keys/${newId()}`, 'DELETE'],
      [`/v1/applications/${newId()}`, 'DELETE, GET, HEAD, PATCH'],
      ['/v1/%70lans', 'GET, HEAD'],
      ['/health/live', 'GET, HEAD'],
    ];
    const verbs = [
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'SEARCH',
    ];

    it.each(allowed)('that %s does not know is 405, and Allow names %s', async (path, allow) => {
      const named = allow.split(', ');
      for (const method of verbs.filter((verb) => !named.includes(verb))) {
        const answer = await edge.raw({ method, path });
        if (answer.status !== 405) throw new Error(`${method} ${path} answered ${answer.status}`);
        expect(answer.headers.allow).toBe(allow);
        if (method !== 'HEAD') expectProblem(answer, 405, 'method_not_allowed');
      }
    });

    it('on an unknown path is 404', async () => {
      for (const method of verbs.filter((verb) => verb !== 'HEAD'))
        expectProblem(await edge.raw({ method, path: '/v1/nothing' }), 404, 'route_not_found');
    });

    it('that HTTP does not know is 400', async () => {
      expectProblem(
        await edge.raw({ method: 'HACK', path: '/v1/plans' }),
        400,
        'malformed_request',
      );
    });

    it('HEAD answers like GET, without the body', async () => {
      for (const [path, token] of [
        ['/v1/plans', ''],
        ['/v1/me', edge.customer.token],
        ['/v1/me', 'x'],
      ] as const) {
        const headers = token ? bearer(token) : [];
        const [head, get] = [
          await edge.raw({ method: 'HEAD', path, headers }),
          await edge.raw({ path, headers }),
        ];
        expect(head.text).toBe('');
        expect({ ...comparable(head), text: '' }).toEqual({ ...comparable(get), text: '' });
      }
    });

    it('is not taken from a header or a query', async () => {
      const { business, token } = await signUp(edge.server);
      const headers = [...bearer(token), ['x-http-method-override', 'PATCH']] as Headers;
      const answer = await edge.raw({ method: 'GET', path: '/v1/business', headers });
      expect(JSON.parse(answer.text)).toEqual(business);
      expectFaults(
        await edge.raw({ path: '/v1/business?_method=DELETE', headers: bearer(token) }),
        '/_method',
      );
    });
  });

  describe('spellings of a path', () => {
    const spellings = (path: string): string[] => [
      path,
      `${path}/`,
      `${path}//`,
      `/${path}`,
      path.replace('/v1/', '/v1//'),
      path.replace('/v1/', '/v1/./'),
      path.replace('/v1/', '/v1/x/../'),
      path.replace('/v1/', '/v1/%2e%2e/v1/'),
      path.replace('/v1/', '/v1%2F'),
      path.replace('/v1/', '/V1/'),
      path.replace('/v1/', '\\v1\\'),
      path.replace('v', '%76'),
      path.toUpperCase(),
      `${path}%00`,
      `${path}%20`,
      `${path}%2f`,
      `${path}.json`,
      `${path};a=b`,
      `${path}?`,
      `${path}#x`,
      `${path}%3fx`,
      `http://localhost${path}`,
      `//localhost${path}`,
      `/health/live/..${path}`,
      path.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
      path.replace(/.$/, (last) => `%25${last.charCodeAt(0).toString(16)}`),
    ];
    const guarded = [
      '/v1/me',
      '/v1/business',
      '/v1/team-members',
      '/v1/api-keys',
      '/v1/applications',
      '/v1/recordings',
      '/v1/sdk/status',
    ];

    it.each(guarded)('of %s let no stranger in, with no verb', async (path) => {
      for (const spelling of spellings(path))
        for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS']) {
          const { status } = await edge.raw({ method, path: spelling });
          expect([400, 401, 404, 405]).toContain(status);
        }
    });

    it.each(guarded)('of %s let no token of another kind in', async (path) => {
      const token = path === '/v1/sdk/status' ? edge.customer.token : edge.customer.key;
      for (const spelling of spellings(path)) {
        const { status } = await edge.raw({ path: spelling, headers: bearer(token) });
        expect([400, 403, 404]).toContain(status);
      }
    });

    it('do not get a viewer past what the role permits', async () => {
      const before = await countRows(edge.server.database, 'applications', 'api_keys');
      for (const path of ['/v1/applications', '/v1/api-keys'])
        for (const spelling of spellings(path)) {
          const headers = [...JSON_TYPE, ...bearer(edge.viewer.token)];
          const { status } = await edge.post('{"name":"Mine"}', headers, spelling);
          expect([400, 403, 404]).toContain(status);
        }
      expect(await countRows(edge.server.database, 'applications', 'api_keys')).toEqual(before);
    });

    it('that mean the same are the same route, and any other is none', async () => {
      const statusOf = async (path: string) =>
        (await edge.raw({ path, headers: bearer(edge.customer.token) })).status;
      expect(await statusOf('/v1/me')).toBe(200);
      expect(await statusOf('/v1/%6de')).toBe(200);
      expect(await statusOf('http://localhost/v1/me')).toBe(200);
      for (const path of [
        '/v1/me/',
        '//v1/me',
        '/V1/me',
        '/v1/ME',
        '/v1/me%00',
        '/v1/me;a',
        '/v1/./me',
      ])
        expect([path, await statusOf(path)]).toEqual([path, 404]);
    });
  });
});
