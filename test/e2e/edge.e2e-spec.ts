import { gzipSync } from 'node:zlib';
import { newId } from '../../src/common/ids';
import { allProblems } from '../../src/common/problem';
import { aRecording, signUp, type Customer } from '../support/customers';
import { countRows } from '../support/database-dump';
import { addMember, type AddedMember } from '../support/members';
import { comparable, expectFaults, expectProblem, type Answer } from '../support/problems';
import { sendBytes, sendRaw, type RawRequest } from '../support/raw-http';
import { aSignup, newEmail } from '../support/signups';
import { changeSubscription } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

type Headers = [name: string, value: string][];

const JSON_TYPE: Headers = [['content-type', 'application/json']];
const BODY_LIMIT = 256 * 1024;
const BATCH_LIMIT = 2 * 1024 * 1024;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the edge', () => {
  let server: TestApplication;
  let customer: Customer;
  let viewer: AddedMember;
  beforeAll(async () => {
    server = await TestApplication.start();
    customer = await signUp(server);
    await changeSubscription(server.database, customer.business.id, { planSlug: 'unlimited' });
    viewer = await addMember(server, customer, 'viewer');
  });
  afterAll(() => server.stop());

  const raw = (request: RawRequest): Promise<Answer> => sendRaw(server.url, request);
  const bearer = (token: string): Headers => [['authorization', `Bearer ${token}`]];
  /** A login that no rule of the edge stops ends in 422: it has no fields. */
  const post = (body: string | Buffer, headers = JSON_TYPE, path = '/v1/auth/login') =>
    raw({ method: 'POST', path, headers, body });
  const record = (body: string | Buffer) =>
    post(body, [...JSON_TYPE, ...bearer(customer.key)], '/v1/recordings');
  const expectUnderstood = (answer: Answer) => expectFaults(answer, '/email', '/password');

  describe('a content type', () => {
    it.each([
      'application/json',
      'APPLICATION/JSON',
      'Application/Json',
      'application/json;charset=utf-8',
      'application/json; charset=utf-8',
      'application/json ; charset=UTF-8',
      'application/json;\tcharset="utf-8"',
      '\tapplication/json',
      '  application/json ',
    ])('"%s" is JSON, and held to the rules of the route', async (type) => {
      expectUnderstood(await post('{}', [['content-type', type]]));
    });

    it.each([
      '',
      'json',
      'text/json',
      'text/plain',
      'application/problem+json',
      'application/vnd.api+json',
      'application/jsonp',
      'application/json5',
      'application/json-patch+json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json;',
      'application/json; charset=utf-16',
      'application/json; charset=iso-8859-1',
      'application/json; charset="utf-8',
      'application/json; charset=utf-8; charset=utf-8',
      'application/json; version=1',
      'application/json, application/json',
      'application /json',
      'application/json\u00A0',
      '*/*',
    ])('"%s" is 415', async (type) => {
      expectProblem(await post('{}', [['content-type', type]]), 415, 'unsupported_media_type');
    });

    it('is needed with a body', async () => {
      expectProblem(await post('{}', []), 415, 'unsupported_media_type');
    });

    it('is asked for before the credential is', async () => {
      const answer = await post('{}', [['content-type', 'text/plain']], '/v1/applications');
      expectProblem(answer, 415, 'unsupported_media_type');
    });

    it.each(['gzip', 'deflate', 'br', 'identity', ''])(
      'with the content encoding "%s" is 415',
      async (encoding) => {
        const headers: Headers = [...JSON_TYPE, ['content-encoding', encoding]];
        expectProblem(await post('{}', headers), 415, 'unsupported_media_type');
        expectProblem(await post(gzipSync('{}'), headers), 415, 'unsupported_media_type');
      },
    );
  });

  describe('a body', () => {
    const ofBytes = (length: number): string => `{}${' '.repeat(length - 2)}`;
    const chunked = (body: string): string =>
      `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;

    it('may have 256 KiB and no byte more', async () => {
      expectUnderstood(await post(ofBytes(BODY_LIMIT)));
      expectProblem(await post(ofBytes(BODY_LIMIT + 1)), 413, 'body_too_large');
    });

    it('may have as much when it does not say how long it is', async () => {
      const headers: Headers = [...JSON_TYPE, ['transfer-encoding', 'chunked']];
      expectUnderstood(await post(chunked(ofBytes(BODY_LIMIT)), headers));
      expectProblem(await post(chunked(ofBytes(BODY_LIMIT + 1)), headers), 413, 'body_too_large');
    });

    it('is refused by what it says of its length, before it comes', async () => {
      const headers: Headers = [...JSON_TYPE, ['content-length', '900000000000']];
      const answer = await raw({ method: 'POST', path: '/v1/auth/login', headers });
      expectProblem(answer, 413, 'body_too_large');
    });

    it('may have 2 MiB where it is a batch', async () => {
      const headers = [...JSON_TYPE, ...bearer(customer.key)];
      const send = (length: number) => post(ofBytes(length), headers, '/v1/recordings/batch');
      expectFaults(await send(BATCH_LIMIT), '/recordings');
      expectProblem(await send(BATCH_LIMIT + 1), 413, 'body_too_large');
    });

    it('that is not there at all lacks its fields', async () => {
      expectUnderstood(await raw({ method: 'POST', path: '/v1/auth/login' }));
      expectUnderstood(await post('', []));
      expectUnderstood(await post(''));
    });

    it('is not needed to log out, with or without a content type', async () => {
      const bodies: [Headers, string | undefined][] = [
        [[], undefined],
        [[], ''],
        [JSON_TYPE, undefined],
        [JSON_TYPE, ''],
        [JSON_TYPE, '{}'],
        [[['transfer-encoding', 'chunked']], '0\r\n\r\n'],
      ];
      for (const [headers, body] of bodies) {
        const { token } = await signUp(server);
        const answer = await raw({
          method: 'POST',
          path: '/v1/auth/logout',
          headers: [...headers, ...bearer(token)],
          body,
        });
        expect([answer.status, answer.text]).toEqual([204, '']);
        expectProblem(await server.get('/v1/me', token), 401, 'unauthenticated');
      }
    });

    it('that a route does not describe is 422, and has no effect', async () => {
      const { token } = await signUp(server);
      for (const body of ['{"all":true}', '"all"', '["all"]', '7'])
        expect((await post(body, [...JSON_TYPE, ...bearer(token)], '/v1/auth/logout')).status).toBe(
          422,
        );
      expect((await server.get('/v1/me', token)).status).toBe(200);
    });

    it('of a GET is not read', async () => {
      const answer = await raw({
        path: '/v1/me',
        headers: [...JSON_TYPE, ...bearer(customer.token)],
        body: '{"fullName":"Mallory"',
      });
      expect(answer.status).toBe(200);
    });
  });

  describe('JSON', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    const malformed: [string, string | Buffer][] = [
      ['no JSON', 'email=a@example.com'],
      ['cut short', '{"email":"a@example.com"'],
      ['followed by something', '{} {}'],
      ['with a trailing comma', '{"email":"a@example.com",}'],
      ['with single quotes', "{'email':'a@example.com'}"],
      ['with a comment', '{}//'],
      ['white space alone', '   '],
      ['NaN', '{"a":NaN}'],
      ['Infinity', '{"a":-Infinity}'],
      ['a number in hexadecimal', '{"a":0x10}'],
      ['a raw control character', '{"a":"\n"}'],
      ['a raw NUL', '{"a":"\0"}'],
      ['a broken escape', '{"a":"\\x41"}'],
      ['invalid UTF-8', Buffer.from('7b2261223a22ff227d', 'hex')],
      ['an overlong form in UTF-8', Buffer.from('7b2261223a22c0af227d', 'hex')],
      ['half of a pair in UTF-8', Buffer.from('7b2261223a22eda080227d', 'hex')],
      ['UTF-8 that is cut short', Buffer.from('7b2261223a22e282227d', 'hex')],
      ['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
      ['a field twice', '{"email":"a@example.com","email":"b@example.com"}'],
      [
        'a field twice, once as an escape',
        '{"email":"a@example.com","\\u0065mail":"b@example.com"}',
      ],
      ['a field twice inside', '{"a":[{"b":{"c":1,"d":2,"c":1}}]}'],
      ['the empty field twice', '{"":1,"":1}'],
      ['__proto__', '{"__proto__":{"email":"a@example.com"}}'],
      ['__proto__ inside', '{"a":[{"__proto__":null}]}'],
      ['__proto__ as an escape', '{"__pr\\u006fto__":{}}'],
      ['33 levels', `{"a":${nested(32)}}`],
      ['100,000 levels', nested(100_000)],
      ['100,000 levels that never close', '['.repeat(100_000)],
      ['100,000 levels of objects that never close', '{"a":'.repeat(50_000)],
    ];
    it.each(malformed)('is refused with 400 when it is %s', async (_, body) => {
      expectProblem(await post(body), 400, 'malformed_request');
    });

    it('is refused before the credential is asked for', async () => {
      expectProblem(await post('{', JSON_TYPE, '/v1/applications'), 400, 'malformed_request');
    });

    it('may nest 32 levels, and repeat a name in another object or in a text', async () => {
      expectFaults(await post(`{"a":${nested(31)}}`), '/a', '/email', '/password');
      const metadata = String.raw`{"a":{"a":"\"a\":"},"b":"\"b\":{\"b\":1}","c":[{"a":1},{"a":1}],"":{"":":"}}`;
      const answer = await record(
        `{"externalId":"names","startedAt":"2026-01-01T00:00:00Z","durationMs":1,"metadata":${metadata}}`,
      );
      expect(answer.status).toBe(201);
      expect(JSON.parse(answer.text)).toMatchObject({ metadata: JSON.parse(metadata) as object });
    });

    it('may name what every JavaScript object has, where any name may stand', async () => {
      const metadata =
        '{"constructor":{"constructor":1},"toString":"x","hasOwnProperty":null,"then":1,"length":-1}';
      const answer = await record(
        `{"externalId":"prototype","startedAt":"2026-01-01T00:00:00Z","durationMs":1,"metadata":${metadata}}`,
      );
      expect(answer.status).toBe(201);
      expect(JSON.parse(answer.text)).toMatchObject({ metadata: JSON.parse(metadata) as object });
    });

    it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'])(
      'may not name %s, where it is no field',
      async (name) => {
        expectFaults(await post(`{"${name}":1}`), `/${name}`, '/email', '/password');
        expectFaults(await post(`{"email":{"${name}":1},"password":"x"}`), '/email');
        const device = aRecording({ device: { model: 'Pixel', [name]: 'x' } });
        expectFaults(await record(JSON.stringify(device)), `/device/${name}`);
      },
    );

    it('holds no list where an object belongs, however it is wrapped', async () => {
      for (const device of [[], [{}], [[{ model: 'Pixel' }]], [[[]]], [7], 'Pixel', 7, true])
        expectFaults(await record(JSON.stringify(aRecording({ device }))), '/device');
    });

    it('points at fields by RFC 6901', async () => {
      expectFaults(
        await post('{"a/b":1,"c~d":1,"":1}'),
        '/a~1b',
        '/c~0d',
        '/',
        '/email',
        '/password',
      );
    });
  });

  describe('text', () => {
    const bad: [string, string][] = [
      ['NUL', String.raw`a\u0000b`],
      ['a high half of a surrogate pair', String.raw`a\ud83d`],
      ['a low half', String.raw`\ude00b`],
      ['the halves in the wrong order', String.raw`\ude00\ud83d`],
    ];
    it.each(bad)('with %s is 422 in every field', async (_, text) => {
      const password = '"password":"correct horse battery"';
      expectFaults(await post(`{"email":"${text}@example.com",${password}}`), '/email');
      expectFaults(await post(`{"email":"${newEmail()}","password":"${text}"}`), '/password');
      const asOwner = [...JSON_TYPE, ...bearer(customer.token)];
      expectFaults(await post(`{"name":"${text}"}`, asOwner, '/v1/applications'), '/name');
      expectFaults(await post(`{"name":"${text}"}`, asOwner, '/v1/api-keys'), '/name');
      const start = '"startedAt":"2026-01-01T00:00:00Z","durationMs":1';
      expectFaults(await record(`{"externalId":"${text}",${start}}`), '/externalId');
      for (const metadata of [`{"a":"${text}"}`, `{"${text}":1}`, `{"a":[{"b":["${text}"]}]}`])
        expectFaults(
          await record(`{"externalId":"text",${start},"metadata":${metadata}}`),
          '/metadata',
        );
    });

    it.each(bad)('with %s is no name of a field', async (_, text) => {
      const answer = await post(`{"${text}":1}`);
      expect(expectProblem(answer, 422, 'validation_failed').errors).toHaveLength(3);
    });

    it('in a query is held to the same rules', async () => {
      const headers = bearer(customer.token);
      for (const cursor of ['%00', '%ED%A0%80', '%FF'])
        expectFaults(await raw({ path: `/v1/api-keys?cursor=${cursor}`, headers }), '/cursor');
    });

    it('of any script is kept as it is', async () => {
      const name = 'Ünïcödé – 日本語 – עברית – 😀👩‍👩‍👧 – \u007f\u0001 – ﷽';
      const response = await server.post('/v1/applications', customer.token, { name });
      expect([response.status, (response.body as { name: string }).name]).toEqual([201, name]);
    });
  });

  describe('a number', () => {
    it.each([
      '9007199254740993',
      '1e400',
      '-1e400',
      '1e300',
      '1.5',
      '-1',
      '86400001',
      '"1"',
      '[1]',
      'true',
    ])('%s is no duration', async (number) => {
      const before = await countRows(server.database, 'recordings');
      const answer = await record(
        `{"externalId":"number","startedAt":"2026-01-01T00:00:00Z","durationMs":${number}}`,
      );
      expectFaults(answer, '/durationMs');
      expect(await countRows(server.database, 'recordings')).toEqual(before);
    });

    it.each(['9007199254740993', '-9007199254740993', '1e400', '123456789012345678901234567890'])(
      '%s is not stored as another one in metadata',
      async (number) => {
        const answer = await record(
          `{"externalId":"number","startedAt":"2026-01-01T00:00:00Z","durationMs":1,"metadata":{"a":[${number}]}}`,
        );
        expectFaults(answer, '/metadata');
      },
    );

    it('may be written in any way that means an integer, -0 too', async () => {
      for (const number of ['1e3', '1000.0', '10000e-1', '-0']) {
        const body = `{"externalId":"n${number}","startedAt":"2026-01-01T00:00:00Z","durationMs":${number}}`;
        expect((await record(body)).status).toBe(201);
        expect((await record(body)).status).toBe(200); // the same again
      }
    });
  });

  describe('a query', () => {
    it('is 422 where a route takes none, whatever the verb', async () => {
      const { token } = await signUp(server);
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
        const answer = await raw({ method, path: `${path}?debug=1`, headers: bearer(token) });
        expectFaults(answer, '/debug');
      }
      expect((await server.get('/v1/me', token)).status).toBe(200);
    });

    it('is 422 on public routes too', async () => {
      expectFaults(await post('{}', JSON_TYPE, '/v1/auth/login?email=a@example.com'), '/email');
      expectFaults(await raw({ path: '/health/live?verbose=1' }), '/verbose');
    });

    it('that is empty is none', async () => {
      for (const path of ['/v1/me?', '/v1/me?&', '/v1/me?&&'])
        expect((await raw({ path, headers: bearer(customer.token) })).status).toBe(200);
    });
  });

  describe('an id in a path', () => {
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
          comparable(await raw({ path: `${path}${id}`, headers: bearer(customer.token) }));
        const missing = await read(newId());
        expect(missing.status).toBe(404);
        for (const id of ids) expect([id, await read(id)]).toEqual([id, missing]);
      },
    );

    it('that is malformed is not asked about before the credential', async () => {
      for (const id of ids)
        expectProblem(await raw({ path: `/v1/applications/${id}` }), 401, 'unauthenticated');
    });
  });

  describe('the order of refusals', () => {
    const everythingWrong: Headers = [
      ['content-type', 'text/plain'],
      ['idempotency-key', ''],
    ];
    const tooLarge: Headers = [['content-length', String(BODY_LIMIT + 1)]];

    it('begins with 404 and 405, before the body is looked at', async () => {
      for (const headers of [everythingWrong, tooLarge, [...JSON_TYPE, ...tooLarge]]) {
        const body = headers === everythingWrong ? '{' : undefined;
        const unknown = await raw({ method: 'POST', path: '/v1/nothing?x=1', headers, body });
        expectProblem(unknown, 404, 'route_not_found');
        const wrongVerb = await raw({ method: 'PUT', path: '/v1/business?x=1', headers, body });
        expectProblem(wrongVerb, 405, 'method_not_allowed');
      }
      expectProblem(await post('{', JSON_TYPE, '/v1/nothing'), 404, 'route_not_found');
    });

    it('goes on with 413, 415 and 400, before the credential', async () => {
      const path = '/v1/applications?x=1';
      const large = await raw({ method: 'POST', path, headers: [...JSON_TYPE, ...tooLarge] });
      expectProblem(large, 413, 'body_too_large');
      expectProblem(await post('{', everythingWrong, path), 415, 'unsupported_media_type');
      expectProblem(await post('{', JSON_TYPE, path), 400, 'malformed_request');
    });

    const invalid = JSON.stringify({ nonsense: 1 });
    it('then 401, before 403 and 422', async () => {
      expectProblem(await post(invalid, JSON_TYPE, '/v1/api-keys?x=1'), 401, 'unauthenticated');
    });

    it('then 403 for the kind, the business and the permission, before 422', async () => {
      const asSdk = [...JSON_TYPE, ...bearer(customer.key)];
      expectProblem(await post(invalid, asSdk, '/v1/api-keys?x=1'), 403, 'wrong_credential_kind');
      const asViewer = [...JSON_TYPE, ...bearer(viewer.token)];
      expectProblem(await post(invalid, asViewer, '/v1/api-keys?x=1'), 403, 'permission_denied');
      const shut = await signUp(server);
      await server.database.query(`UPDATE businesses SET status = 'deactivated' WHERE id = $1`, [
        shut.business.id,
      ]);
      const asShut = [...JSON_TYPE, ...bearer(shut.token)];
      expectProblem(await post(invalid, asShut, '/v1/api-keys?x=1'), 403, 'business_deactivated');
      const keyOfShut = [...JSON_TYPE, ...bearer(shut.key)];
      expectProblem(await post(invalid, keyOfShut, '/v1/api-keys'), 403, 'wrong_credential_kind');
    });

    it('then 422, before the 404 of the thing, 402 and 409', async () => {
      const headers = [...JSON_TYPE, ...bearer(customer.token)];
      const missing = `/v1/applications/${newId()}`;
      const patch = (body: string) => raw({ method: 'PATCH', path: missing, headers, body });
      expectFaults(await patch('{"name":""}'), '/name');
      expectProblem(await patch('{"name":"x"}'), 404, 'application_not_found');
      const full = await signUp(server);
      const asFull = [...JSON_TYPE, ...bearer(full.token)];
      await post('{"name":"Only"}', asFull, '/v1/applications');
      expectFaults(await post('{"name":""}', asFull, '/v1/applications'), '/name');
      expectProblem(await post('{"name":"x"}', asFull, '/v1/applications'), 402, 'limit_reached');
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
        const answer = await raw({ method, path });
        if (answer.status !== 405) throw new Error(`${method} ${path} answered ${answer.status}`);
        expect(answer.headers.allow).toBe(allow);
        if (method !== 'HEAD') expectProblem(answer, 405, 'method_not_allowed');
      }
    });

    it('on an unknown path is 404', async () => {
      for (const method of verbs.filter((verb) => verb !== 'HEAD'))
        expectProblem(await raw({ method, path: '/v1/nothing' }), 404, 'route_not_found');
    });

    it('that HTTP does not know is 400', async () => {
      expectProblem(await raw({ method: 'HACK', path: '/v1/plans' }), 400, 'malformed_request');
    });

    it('HEAD answers like GET, without the body', async () => {
      for (const [path, token] of [
        ['/v1/plans', ''],
        ['/v1/me', customer.token],
        ['/v1/me', 'x'],
      ] as const) {
        const headers = token ? bearer(token) : [];
        const [head, get] = [
          await raw({ method: 'HEAD', path, headers }),
          await raw({ path, headers }),
        ];
        expect(head.text).toBe('');
        expect({ ...comparable(head), text: '' }).toEqual({ ...comparable(get), text: '' });
      }
    });

    it('is not taken from a header or a query', async () => {
      const { business, token } = await signUp(server);
      const headers = [...bearer(token), ['x-http-method-override', 'PATCH']] as Headers;
      const answer = await raw({ method: 'GET', path: '/v1/business', headers });
      expect(JSON.parse(answer.text)).toEqual(business);
      expectFaults(
        await raw({ path: '/v1/business?_method=DELETE', headers: bearer(token) }),
        '/_method',
      );
    });
  });

  describe('a problem', () => {
    it('has a type that the server itself explains', async () => {
      expect(allProblems().length).toBeGreaterThan(20);
      for (const { code } of allProblems()) {
        const answer = await raw({ path: `/problems/${code}` });
        expect([code, answer.status]).toEqual([code, 200]);
        expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
        expect(answer.text).toContain(code);
        expect(answer.text).toContain('<title>');
      }
    });

    it('has a type at the address that people know, whatever Host says', async () => {
      const headers: Headers = [
        ['x-forwarded-host', 'evil.test'],
        ['x-forwarded-proto', 'https'],
      ];
      const problem = expectProblem(await raw({ path: '/v1/me', headers }), 401, 'unauthenticated');
      expect(problem.type).toBe('http://app.test/problems/unauthenticated');
    });

    it('that nobody has defined is no page', async () => {
      for (const code of ['nothing', 'constructor', '__proto__', '%3Cscript%3E'])
        expectProblem(await raw({ path: `/problems/${code}` }), 404, 'route_not_found');
    });

    it('of the server tells nothing of its inside', async () => {
      await server.database.query(
        `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'an inner secret'; END $$`,
      );
      await server.database.query(
        'CREATE TRIGGER fail BEFORE INSERT ON users EXECUTE FUNCTION fail()',
      );
      const answer = await server.post('/v1/auth/signup', undefined, aSignup());
      await server.database.query('DROP FUNCTION fail CASCADE');
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
      (await raw({ path, headers })).headers['x-request-id'];

    it('is a new UUIDv7 for each request', async () => {
      const ids = [await idOf([]), await idOf([]), await idOf([], '/v1/nothing')];
      for (const id of ids) expect(id).toMatch(UUID_V7);
      expect(new Set(ids).size).toBe(3);
    });

    it.each(['a', 'Az09._-', 'x'.repeat(64)])('"%s" of the caller is echoed', async (id) => {
      expect(await idOf([['x-request-id', id]])).toBe(id);
      const answer = await raw({ path: '/v1/me', headers: [['X-Request-ID', id]] });
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
      const { token } = await signUp(server);
      const answers = [
        await raw({ path: '/v1/plans' }),
        await raw({ path: '/docs' }),
        await raw({ method: 'HEAD', path: '/v1/me' }),
        await raw({ method: 'PUT', path: '/v1/me' }),
        await raw({ path: '/v1/applications/%zz' }),
        await post('{', JSON_TYPE),
        await post('{}', [...JSON_TYPE, ...bearer(token)], '/v1/auth/logout'),
        await sendBytes(server.url, 'nonsense\r\n\r\n'),
      ];
      for (const { headers } of answers) expect(headers['x-request-id']).toMatch(UUID_V7);
    });
  });

  describe('what is hardly HTTP', () => {
    const start =
      'POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n';
    const broken: [string, string][] = [
      ['no HTTP', 'nonsense\r\n\r\n'],
      ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
      ['two lengths', `${start}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`],
      [
        'a length and chunks',
        `${start}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      ],
      ['a negative length', `${start}Content-Length: -1\r\n\r\n`],
      ['a length that is none', `${start}Content-Length: 0x2\r\n\r\n{}`],
      ['a chunk that is none', `${start}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
      ['a folded header', `${start}X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}`],
      ['a space before the colon', `${start}Content-Length : 2\r\n\r\n{}`],
      ['NUL in a header', `${start}X: a\0b\r\n\r\n`],
    ];
    it.each(broken)('is 400 when it is %s, and the connection ends', async (_, bytes) => {
      const answer = await sendBytes(server.url, Buffer.from(bytes, 'latin1'));
      expectProblem(answer, 400, 'malformed_request');
      expect(answer.headers.connection).toBe('close');
    });

    it('is 431 when its headers are too large', async () => {
      const headers: Headers = [['x-large', 'x'.repeat(70_000)]];
      expectProblem(await raw({ path: '/v1/plans', headers }), 431, 'headers_too_large');
    });

    it.each(['/v1/%', '/v1/applications/%zz', '/%E0%A4%A', '/problems/%c0%af'])(
      'is 400 when %s is no address',
      async (path) => {
        expectProblem(await raw({ path }), 400, 'malformed_request');
      },
    );

    it('leaves the server well', async () => {
      for (const [, bytes] of broken) await sendBytes(server.url, Buffer.from(bytes, 'latin1'));
      expect((await server.get('/health/ready')).status).toBe(200);
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
          const { status } = await raw({ method, path: spelling });
          expect([400, 401, 404, 405]).toContain(status);
        }
    });

    it.each(guarded)('of %s let no token of another kind in', async (path) => {
      const token = path === '/v1/sdk/status' ? customer.token : customer.key;
      for (const spelling of spellings(path)) {
        const { status } = await raw({ path: spelling, headers: bearer(token) });
        expect([400, 403, 404]).toContain(status);
      }
    });

    it('do not get a viewer past what the role permits', async () => {
      const before = await countRows(server.database, 'applications', 'api_keys');
      for (const path of ['/v1/applications', '/v1/api-keys'])
        for (const spelling of spellings(path)) {
          const headers = [...JSON_TYPE, ...bearer(viewer.token)];
          const { status } = await post('{"name":"Mine"}', headers, spelling);
          expect([400, 403, 404]).toContain(status);
        }
      expect(await countRows(server.database, 'applications', 'api_keys')).toEqual(before);
    });

    it('that mean the same are the same route, and any other is none', async () => {
      const statusOf = async (path: string) =>
        (await raw({ path, headers: bearer(customer.token) })).status;
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
