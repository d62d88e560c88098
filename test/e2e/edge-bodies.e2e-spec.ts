import { gzipSync } from 'node:zlib';
import { newId } from '../../src/common/ids';
import { signUp } from '../support/customers';
import { bearer, BODY_LIMIT_BYTES, Edge, type Headers, JSON_TYPE } from '../support/edge';
import { type Answer, expectFaults, expectProblem } from '../support/problems';

const BATCH_LIMIT_BYTES = 2 * 1024 * 1024;

describe('the bodies of requests', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

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
      expectUnderstood(await edge.post('{}', [['content-type', type]]));
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
      expectProblem(await edge.post('{}', [['content-type', type]]), 415, 'unsupported_media_type');
    });

    it('is needed with a body', async () => {
      expectProblem(await edge.post('{}', []), 415, 'unsupported_media_type');
    });

    it('is asked for before the credential is', async () => {
      const answer = await edge.post('{}', [['content-type', 'text/plain']], '/v1/applications');
      expectProblem(answer, 415, 'unsupported_media_type');
    });

    it.each(['gzip', 'deflate', 'br', 'identity', ''])(
      'with the content encoding "%s" is 415',
      async (encoding) => {
        const headers: Headers = [...JSON_TYPE, ['content-encoding', encoding]];
        expectProblem(await edge.post('{}', headers), 415, 'unsupported_media_type');
        expectProblem(await edge.post(gzipSync('{}'), headers), 415, 'unsupported_media_type');
      },
    );
  });

  describe('a body', () => {
    const ofBytes = (length: number): string => `{}${' '.repeat(length - 2)}`;
    const chunked = (body: string): string =>
      `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;

    it('may have 256 KiB and no byte more', async () => {
      expectUnderstood(await edge.post(ofBytes(BODY_LIMIT_BYTES)));
      expectProblem(await edge.post(ofBytes(BODY_LIMIT_BYTES + 1)), 413, 'body_too_large');
    });

    it('may have as much when it does not say how long it is', async () => {
      const headers: Headers = [...JSON_TYPE, ['transfer-encoding', 'chunked']];
      expectUnderstood(await edge.post(chunked(ofBytes(BODY_LIMIT_BYTES)), headers));
      expectProblem(
        await edge.post(chunked(ofBytes(BODY_LIMIT_BYTES + 1)), headers),
        413,
        'body_too_large',
      );
    });

    it('is refused by what it says of its length, before it comes', async () => {
      const headers: Headers = [...JSON_TYPE, ['content-length', '900000000000']];
      const answer = await edge.raw({ method: 'POST', path: '/v1/auth/login', headers });
      expectProblem(answer, 413, 'body_too_large');
    });

    it('may have 2 MiB where it is a batch', async () => {
      const headers = [...JSON_TYPE, ...bearer(edge.customer.key)];
      const send = (length: number) => edge.post(ofBytes(length), headers, '/v1/recordings/batch');
      expectFaults(await send(BATCH_LIMIT_BYTES), '/recordings');
      expectProblem(await send(BATCH_LIMIT_BYTES + 1), 413, 'body_too_large');
    });

    it('that is not there at all lacks its fields', async () => {
      expectUnderstood(await edge.raw({ method: 'POST', path: '/v1/auth/login' }));
      expectUnderstood(await edge.post('', []));
      expectUnderstood(await edge.post(''));
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
        const { token } = await signUp(edge.server);
        const answer = await edge.raw({
          method: 'POST',
          path: '/v1/auth/logout',
          headers: [...headers, ...bearer(token)],
          body,
        });
        expect([answer.status, answer.text]).toEqual([204, '']);
        expectProblem(await edge.server.get('/v1/me', token), 401, 'unauthenticated');
      }
    });

    it('with thousands of faults is told of the first ones, and how many there are', async () => {
      const fields = (count: number) =>
        JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, 1])));
      const all = expectProblem(await edge.post(fields(48)), 422, 'validation_failed');
      expect(all.errors).toHaveLength(50); // with the two that are missing
      expect(all.detail).not.toContain('more');
      const some = expectProblem(await edge.post(fields(5_000)), 422, 'validation_failed');
      expect(some.errors).toHaveLength(50);
      expect(some.errors).toContainEqual({ ...(all.errors as object[])[0] });
      expect(some.detail).toMatch(/; and 4952 more$/);
    });

    it('that a route does not describe is 422, and has no effect', async () => {
      const { token } = await signUp(edge.server);
      for (const body of ['{"all":true}', '"all"', '["all"]', '7'])
        expect(
          (await edge.post(body, [...JSON_TYPE, ...bearer(token)], '/v1/auth/logout')).status,
        ).toBe(422);
      expect((await edge.server.get('/v1/me', token)).status).toBe(200);
    });

    it('of a GET is not read', async () => {
      const answer = await edge.raw({
        path: '/v1/me',
        headers: [...JSON_TYPE, ...bearer(edge.customer.token)],
        body: '{"fullName":"Mallory"',
      });
      expect(answer.status).toBe(200);
    });
  });

  describe('the order of refusals', () => {
    const everythingWrong: Headers = [
      ['content-type', 'text/plain'],
      ['idempotency-key', ''],
    ];
    const tooLarge: Headers = [['content-length', String(BODY_LIMIT_BYTES + 1)]];

    it('begins with 404 and 405, before the body is looked at', async () => {
      for (const headers of [everythingWrong, tooLarge, [...JSON_TYPE, ...tooLarge]]) {
        const body = headers === everythingWrong ? '{' : undefined;
        const unknown = await edge.raw({ method: 'POST', path: '/v1/nothing?x=1', headers, body });
        expectProblem(unknown, 404, 'route_not_found');
        const wrongVerb = await edge.raw({
          method: 'PUT',
          path: '/v1/business?x=1',
          headers,
          body,
        });
        expectProblem(wrongVerb, 405, 'method_not_allowed');
      }
      expectProblem(await edge.post('{', JSON_TYPE, '/v1/nothing'), 404, 'route_not_found');
    });

    it('continues with 413 and 415, by the headers, then 401, before the body is read', async () => {
      const path = '/v1/applications?x=1';
      const large = await edge.raw({ method: 'POST', path, headers: [...JSON_TYPE, ...tooLarge] });
      expectProblem(large, 413, 'body_too_large');
      expectProblem(await edge.post('{', everythingWrong, path), 415, 'unsupported_media_type');
      expectProblem(await edge.post('{', JSON_TYPE, path), 401, 'unauthenticated');
      const headers: Headers = [...JSON_TYPE, ['content-length', '100']];
      const unfinished = await edge.raw({ method: 'POST', path, headers, body: '{' });
      expectProblem(unfinished, 401, 'unauthenticated');
    });

    const invalid = JSON.stringify({ nonsense: 1 });
    it('then 401 and 403, before 400 and 422', async () => {
      expectProblem(
        await edge.post(invalid, JSON_TYPE, '/v1/api-keys?x=1'),
        401,
        'unauthenticated',
      );
      const asSdk = [...JSON_TYPE, ...bearer(edge.customer.key)];
      expectProblem(await edge.post('{', asSdk, '/v1/api-keys'), 403, 'wrong_credential_kind');
      const asViewer = [...JSON_TYPE, ...bearer(edge.viewer.token)];
      expectProblem(await edge.post('{', asViewer, '/v1/api-keys'), 403, 'permission_denied');
      const asOwner = [...JSON_TYPE, ...bearer(edge.customer.token)];
      expectProblem(await edge.post('{', asOwner, '/v1/api-keys?x=1'), 400, 'malformed_request');
    });

    it('then 403 for the kind, the business and the permission, before 422', async () => {
      const asSdk = [...JSON_TYPE, ...bearer(edge.customer.key)];
      expectProblem(
        await edge.post(invalid, asSdk, '/v1/api-keys?x=1'),
        403,
        'wrong_credential_kind',
      );
      const asViewer = [...JSON_TYPE, ...bearer(edge.viewer.token)];
      expectProblem(
        await edge.post(invalid, asViewer, '/v1/api-keys?x=1'),
        403,
        'permission_denied',
      );
      const shut = await signUp(edge.server);
      await edge.server.database.query(
        `UPDATE businesses SET status = 'deactivated' WHERE id = $1`,
        [shut.business.id],
      );
      const asShut = [...JSON_TYPE, ...bearer(shut.token)];
      expectProblem(
        await edge.post(invalid, asShut, '/v1/api-keys?x=1'),
        403,
        'business_deactivated',
      );
      const keyOfShut = [...JSON_TYPE, ...bearer(shut.key)];
      expectProblem(
        await edge.post(invalid, keyOfShut, '/v1/api-keys'),
        403,
        'wrong_credential_kind',
      );
    });

    it('then 422, before the 404 of the thing, 402 and 409', async () => {
      const headers = [...JSON_TYPE, ...bearer(edge.customer.token)];
      const missing = `/v1/applications/${newId()}`;
      const patch = (body: string) => edge.raw({ method: 'PATCH', path: missing, headers, body });
      expectFaults(await patch('{"name":""}'), '/name');
      expectProblem(await patch('{"name":"x"}'), 404, 'application_not_found');
      const full = await signUp(edge.server);
      const asFull = [...JSON_TYPE, ...bearer(full.token)];
      await edge.post('{"name":"Only"}', asFull, '/v1/applications');
      expectFaults(await edge.post('{"name":""}', asFull, '/v1/applications'), '/name');
      expectProblem(
        await edge.post('{"name":"x"}', asFull, '/v1/applications'),
        402,
        'limit_reached',
      );
    });
  });
});
