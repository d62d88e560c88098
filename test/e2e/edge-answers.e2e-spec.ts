import { allProblems } from '../../src/common/problem';
import { signUp } from '../support/customers';
import { bearer, Edge, type Headers, JSON_TYPE } from '../support/edge';
import { expectProblem } from '../support/problems';
import { sendBytes } from '../support/raw-http';
import { aSignup } from '../support/signups';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('what every answer bears', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  describe('a problem', () => {
    it('has a type that the server itself explains', async () => {
      expect(allProblems().length).toBeGreaterThan(20);
      for (const { code } of allProblems()) {
        const answer = await edge.raw({ path: `/problems/${code}` });
        expect([code, answer.status]).toEqual([code, 200]);
        expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
        expect(answer.text).toContain(code);
        expect(answer.text).toContain('<title>');
      }
    });

    it('has a type at the public address, regardless of Host', async () => {
      const headers: Headers = [
        ['x-forwarded-host', 'evil.test'],
        ['x-forwarded-proto', 'https'],
      ];
      const problem = expectProblem(
        await edge.raw({ path: '/v1/me', headers }),
        401,
        'unauthenticated',
      );
      expect(problem.type).toBe('http://app.test/problems/unauthenticated');
    });

    it('that is not defined is no page', async () => {
      for (const code of ['nothing', 'constructor', '__proto__', '%3Cscript%3E'])
        expectProblem(await edge.raw({ path: `/problems/${code}` }), 404, 'route_not_found');
    });

    it('of the server tells nothing of its inside', async () => {
      await edge.server.database.query(
        `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'an inner secret'; END $$`,
      );
      await edge.server.database.query(
        'CREATE TRIGGER fail BEFORE INSERT ON users EXECUTE FUNCTION fail()',
      );
      const answer = await edge.server.post('/v1/auth/signup', undefined, aSignup());
      await edge.server.database.query('DROP FUNCTION fail CASCADE');
      const problem = expectProblem(answer, 500, 'internal_error');
      expect(Object.keys(problem).sort()).toEqual([
        'code',
        'detail',
        'instance',
        'status',
        'title',
        'type',
      ]);
      expect(answer.text).not.toMatch(/secret|Query|users|INSERT|\.ts|at /);
    });
  });

  describe('X-Request-Id', () => {
    const idOf = async (headers: Headers, path = '/v1/plans') =>
      (await edge.raw({ path, headers })).headers['x-request-id'];

    it('is a new UUIDv7 for each request', async () => {
      const ids = [await idOf([]), await idOf([]), await idOf([], '/v1/nothing')];
      for (const id of ids) expect(id).toMatch(UUID_V7);
      expect(new Set(ids).size).toBe(3);
    });

    it.each(['a', 'Az09._-', 'x'.repeat(64)])('"%s" of the caller is echoed', async (id) => {
      expect(await idOf([['x-request-id', id]])).toBe(id);
      const answer = await edge.raw({ path: '/v1/me', headers: [['X-Request-ID', id]] });
      expect(expectProblem(answer, 401, 'unauthenticated').instance).toBe(`urn:request:${id}`);
    });

    it.each(['', 'x'.repeat(65), 'a b', 'a/b', 'a:b', 'a\tb', 'ü', '<script>', '{}', "'"])(
      '"%s" of the caller is replaced',
      async (id) => {
        expect(await idOf([['x-request-id', id]])).toMatch(UUID_V7);
      },
    );

    it('that comes twice is replaced', async () => {
      expect(
        await idOf([
          ['x-request-id', 'a'],
          ['x-request-id', 'b'],
        ]),
      ).toMatch(UUID_V7);
    });

    it('stands on every answer: success, empty, refusal of the edge, broken HTTP', async () => {
      const { token } = await signUp(edge.server);
      const answers = [
        await edge.raw({ path: '/v1/plans' }),
        await edge.raw({ path: '/docs' }),
        await edge.raw({ method: 'HEAD', path: '/v1/me' }),
        await edge.raw({ method: 'PUT', path: '/v1/me' }),
        await edge.raw({ path: '/v1/team-members/%zz' }),
        await edge.post('{', JSON_TYPE),
        await edge.post('{}', [...JSON_TYPE, ...bearer(token)], '/v1/auth/logout'),
        await sendBytes(edge.server.url, 'nonsense\r\n\r\n'),
      ];
      for (const { headers } of answers) expect(headers['x-request-id']).toMatch(UUID_V7);
    });
  });
});
