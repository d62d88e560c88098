import { aRecording } from '../support/customers';
import { countRows } from '../support/database-dump';
import { bearer, Edge, JSON_TYPE } from '../support/edge';
import { expectFaults, expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';

describe('JSON at the edge', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

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
      expectProblem(await edge.post(body), 400, 'malformed_request');
    });

    it('is not read without a credential', async () => {
      expectProblem(await edge.post('{', JSON_TYPE, '/v1/applications'), 401, 'unauthenticated');
    });

    it('may have 10,000 fields and entries, and 20,000 in a batch', async () => {
      const list = (count: number) => JSON.stringify({ recordings: Array(count - 1).fill(1) });
      const batch = (body: string) =>
        edge.post(body, [...JSON_TYPE, ...bearer(edge.customer.key)], '/v1/recordings/batch');
      expect((await edge.post(list(10_000))).status).toBe(422);
      expectProblem(await edge.post(list(10_001)), 413, 'too_many_values');
      expect((await batch(list(20_000))).status).toBe(422);
      expectProblem(await batch(list(20_001)), 413, 'too_many_values');
    });

    it('may nest 32 levels, and repeat a name in another object or in a text', async () => {
      expectFaults(await edge.post(`{"a":${nested(31)}}`), '/a', '/email', '/password');
      const metadata = String.raw`{"a":{"a":"\"a\":"},"b":"\"b\":{\"b\":1}","c":[{"a":1},{"a":1}],"":{"":":"}}`;
      const answer = await edge.record(
        `{"externalId":"names","startedAt":"2026-01-01T00:00:00Z","durationMs":1,"metadata":${metadata}}`,
      );
      expect(answer.status).toBe(201);
      expect(JSON.parse(answer.text)).toMatchObject({ metadata: JSON.parse(metadata) as object });
    });

    it('may name what every JavaScript object has, where any name may stand', async () => {
      const metadata =
        '{"prototype":{"prototype":1},"toString":"x","hasOwnProperty":null,"then":1,"length":-1}';
      const answer = await edge.record(
        `{"externalId":"prototype","startedAt":"2026-01-01T00:00:00Z","durationMs":1,"metadata":${metadata}}`,
      );
      expect(answer.status).toBe(201);
      expect(JSON.parse(answer.text)).toMatchObject({ metadata: JSON.parse(metadata) as object });
    });

    it.each(['prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'])(
      'may not name %s, where it is no field',
      async (name) => {
        expectFaults(await edge.post(`{"${name}":1}`), `/${name}`, '/email', '/password');
        expectFaults(await edge.post(`{"email":{"${name}":1},"password":"x"}`), '/email');
      },
    );

    it.each(['__proto__', 'constructor'])('may name %s nowhere', async (name) => {
      const inMetadata = JSON.stringify(aRecording()).replace(
        /}$/,
        `,"metadata":{"a":[{"${name}":1}]}}`,
      );
      for (const text of [`{"${name}":1}`, `{"email":{"${name}":{}},"password":"x"}`])
        expectProblem(await edge.post(text), 400, 'malformed_request');
      expectProblem(await edge.record(inMetadata), 400, 'malformed_request');
    });

    it('holds no list where an object belongs, however it is wrapped', async () => {
      for (const device of [[], [{}], [[{ model: 'Pixel' }]], [[[]]], [7], 'Pixel', 7, true])
        expectFaults(await edge.record(JSON.stringify(aRecording({ device }))), '/device');
    });

    it('points at fields by RFC 6901', async () => {
      expectFaults(
        await edge.post('{"a/b":1,"c~d":1,"":1}'),
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
      expectFaults(await edge.post(`{"email":"${text}@example.com",${password}}`), '/email');
      expectFaults(await edge.post(`{"email":"${newEmail()}","password":"${text}"}`), '/password');
      const asOwner = [...JSON_TYPE, ...bearer(edge.customer.token)];
      expectFaults(await edge.post(`{"name":"${text}"}`, asOwner, '/v1/applications'), '/name');
      expectFaults(await edge.post(`{"name":"${text}"}`, asOwner, '/v1/api-keys'), '/name');
      const start = '"startedAt":"2026-01-01T00:00:00Z","durationMs":1';
      expectFaults(await edge.record(`{"externalId":"${text}",${start}}`), '/externalId');
      for (const metadata of [`{"a":"${text}"}`, `{"${text}":1}`, `{"a":[{"b":["${text}"]}]}`])
        expectFaults(
          await edge.record(`{"externalId":"text",${start},"metadata":${metadata}}`),
          '/metadata',
        );
    });

    it.each(bad)('with %s is no name of a field', async (_, text) => {
      const answer = await edge.post(`{"${text}":1}`);
      expect(expectProblem(answer, 422, 'validation_failed').errors).toHaveLength(3);
    });

    it('in a query is held to the same rules', async () => {
      const headers = bearer(edge.customer.token);
      for (const cursor of ['%00', '%ED%A0%80', '%FF'])
        expectFaults(await edge.raw({ path: `/v1/api-keys?cursor=${cursor}`, headers }), '/cursor');
    });

    it('of any script is kept as it is', async () => {
      const name = 'Ünïcödé – 日本語 – עברית – 😀👩‍👩‍👧 – \u007f\u0001 – ﷽';
      const response = await edge.server.post('/v1/applications', edge.customer.token, { name });
      expect([response.status, (response.body as { name: string }).name]).toEqual([201, name]);
    });
  });

  describe('a number', () => {
    it.each([
      '9007199254740993',
      '1e400',
      '-1e400',
      '1e300',
      '1e-400',
      '1.5',
      '-1',
      '86400001',
      '"1"',
      '[1]',
      'true',
    ])('%s is no duration', async (number) => {
      const before = await countRows(edge.server.database, 'recordings');
      const answer = await edge.record(
        `{"externalId":"number","startedAt":"2026-01-01T00:00:00Z","durationMs":${number}}`,
      );
      expectFaults(answer, '/durationMs');
      expect(await countRows(edge.server.database, 'recordings')).toEqual(before);
    });

    it.each([
      '9007199254740993',
      '-9007199254740993',
      '1e400',
      '123456789012345678901234567890',
      '1e-400',
      '-1E-400',
    ])('%s is not stored as another one in metadata', async (number) => {
      const answer = await edge.record(
        `{"externalId":"number","startedAt":"2026-01-01T00:00:00Z","durationMs":1,"metadata":{"a":[${number}]}}`,
      );
      expectFaults(answer, '/metadata');
    });

    it('may be written in any way that means an integer, -0 too', async () => {
      for (const number of ['1e3', '1000.0', '10000e-1', '-0']) {
        const body = `{"externalId":"n${number}","startedAt":"2026-01-01T00:00:00Z","durationMs":${number}}`;
        expect((await edge.record(body)).status).toBe(201);
        expect((await edge.record(body)).status).toBe(200); // the same again
      }
    });
  });
});
