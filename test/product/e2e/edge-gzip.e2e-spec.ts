import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { newId } from '../../../src/common/ids';
import { aRecording } from '../../support/customers';
import { bearer, BODY_LIMIT_BYTES, Edge, type Headers, JSON_TYPE } from '../../support/edge';
import { type Answer, expectFaults, expectProblem } from '../../support/problems';
import { until } from '../../support/until';

const BATCH_LIMIT_BYTES = 2 * 1024 * 1024;
/** Of a process; a network may have a quarter. */
const BUDGET_BYTES = 4 * 1024 * 1024;

describe('a gzip body', () => {
  let edge: Edge;
  let sdk: Headers;
  beforeAll(async () => {
    edge = await Edge.start({ bodyBudgetBytes: BUDGET_BYTES, trustProxy: ['127.0.0.1'] });
    sdk = [...JSON_TYPE, ...bearer(edge.customer.key)];
  });
  afterAll(() => edge.stop());

  const record = (body: Buffer, coding = 'gzip', more: Headers = []): Promise<Answer> =>
    edge.post(body, [...sdk, ['content-encoding', coding], ...more], '/v1/recordings');
  const batch = (body: Buffer): Promise<Answer> =>
    edge.post(body, [...sdk, ['content-encoding', 'gzip']], '/v1/recordings/batch');
  const packed = (value: object, level = 6): Buffer => gzipSync(JSON.stringify(value), { level });
  const ofBytes = (length: number): Buffer => gzipSync(`{}${' '.repeat(length - 2)}`);
  const countStored = async (): Promise<number> => {
    const [row] = await edge.server.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM recordings',
    );
    return row!.count;
  };

  it.each(['gzip', 'GZIP', 'x-gzip'])('called %s is a recording like another', async (coding) => {
    const recording = aRecording({ metadata: { note: 'Größe 6' } });
    const stored = await record(packed(recording), coding);
    expect([stored.status, JSON.parse(stored.text)]).toMatchObject([201, recording]);
    const again = await edge.record(JSON.stringify(recording));
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
  });

  it('is a batch like another, in one part or several', async () => {
    const recordings = [aRecording(), aRecording()];
    const text = JSON.stringify({ recordings });
    const parts = Buffer.concat([gzipSync(text.slice(0, 50)), gzipSync(text.slice(50))]);
    expect((await batch(parts)).status).toBe(200);
    const { results } = JSON.parse((await batch(packed({ recordings }))).text) as {
      results: { status: number }[];
    };
    expect(results.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('is the same request under an Idempotency-Key, however it is packed', async () => {
    const body = { recordings: [aRecording()] };
    const key: Headers = [['idempotency-key', newId()]];
    const path = '/v1/recordings/batch';
    const send = (content: string | Buffer, coding: Headers = []) =>
      edge.post(content, [...sdk, ...key, ...coding], path);
    const gzip: Headers = [['content-encoding', 'gzip']];
    const first = await send(packed(body, 1), gzip);
    expect([first.status, first.headers['idempotency-replayed']]).toEqual([200, undefined]);
    for (const repeated of [await send(packed(body, 9), gzip), await send(JSON.stringify(body))]) {
      expect(repeated.text).toBe(first.text);
      expect(repeated.headers['idempotency-replayed']).toBe('true');
    }
    const other = packed({ recordings: [aRecording()] });
    expectProblem(await send(other, gzip), 422, 'idempotency_key_reused');
  });

  it('has the limits of its route when it is unpacked', async () => {
    expect((await record(ofBytes(BODY_LIMIT_BYTES))).status).toBe(422);
    expectProblem(await record(ofBytes(BODY_LIMIT_BYTES + 1)), 413, 'body_too_large');
    expectFaults(await batch(ofBytes(BATCH_LIMIT_BYTES / 4)), '/recordings');
  });

  it('that unpacks to more is refused before its end, and so is one that unpacks to nothing', async () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024));
    const nothing = Buffer.concat(Array.from({ length: 15_000 }, () => gzipSync('')));
    for (const body of [bomb, nothing]) {
      const told = await sendWithoutEnd(body);
      expect(told).toMatch(/^HTTP\/1\.1 413 /);
      expect(told).toContain('"code":"body_too_large"');
    }
  });

  it('counts unpacked in the budget of its network', async () => {
    const from = (ip: string): Headers => [
      ...[...sdk, ['content-encoding', 'gzip'] as [string, string]],
      ['x-forwarded-for', ip],
    ];
    const large = ofBytes(BUDGET_BYTES / 4 - 32 * 1024); // room for itself, and none to unpack
    const path = '/v1/recordings/batch';
    const refused = await edge.post(large, from('203.0.113.1'), path);
    expectProblem(refused, 429, 'rate_limited');
    const small = ofBytes(BUDGET_BYTES / 4 - 128 * 1024);
    expectFaults(await edge.post(small, from('203.0.113.1'), path), '/recordings'); // all is given back
    expectFaults(await edge.post(small, from('203.0.113.1'), path), '/recordings');
  });

  it('that is broken is 400, and stores nothing', async () => {
    const whole = packed(aRecording());
    const wrongSum = Buffer.from(whole);
    wrongSum[whole.length - 8]! ^= 1;
    const before = await countStored();
    for (const body of [
      Buffer.from(JSON.stringify(aRecording())),
      Buffer.from('\x1f\x8b'),
      whole.subarray(0, whole.length - 1),
      whole.subarray(1),
      wrongSum,
      Buffer.concat([whole, Buffer.from('rest')]),
      deflateSync(JSON.stringify(aRecording())),
      gzipSync('{"externalId":'),
      gzipSync(Buffer.from([0xff, 0xfe])),
      gzipSync(whole),
    ])
      expectProblem(await record(body), 400, 'malformed_request');
    expect((await record(Buffer.alloc(0))).status).toBe(400);
    expect(await countStored()).toBe(before);
  });

  it.each(['br', 'deflate', 'gzip, gzip', 'gzip,br', 'identity', '', 'zstd', 'gzipx'])(
    'does not make "%s" one: 415, and says what is taken',
    async (coding) => {
      const answer = await record(brotliCompressSync('{}'), coding);
      expectProblem(answer, 415, 'unsupported_media_type');
      expect(answer.headers['accept-encoding']).toBe('gzip');
    },
  );

  it('is not taken by other routes, which say so', async () => {
    const gzip: Headers = [['content-encoding', 'gzip']];
    const owner = [...JSON_TYPE, ...bearer(edge.customer.token), ...gzip];
    for (const path of ['/v1/auth/login', '/v1/applications', '/v1/webhooks/stripe']) {
      const answer = await edge.post(gzipSync('{}'), owner, path);
      expectProblem(answer, 415, 'unsupported_media_type');
      expect(answer.headers['accept-encoding']).toBe('identity');
    }
    const text = await edge.post('{}', [...bearer(edge.customer.key), ['content-type', 'a/b']]);
    expect([text.status, text.headers['accept-encoding']]).toEqual([415, undefined]);
  });

  it('of a stranger is not unpacked', async () => {
    const headers: Headers = [...JSON_TYPE, ['content-encoding', 'gzip'], ...bearer('tnk_x')];
    const answer = await edge.post(Buffer.from('no gzip'), headers, '/v1/recordings');
    expectProblem(answer, 401, 'unauthenticated');
  });

  it('is described where it is taken, and nowhere else', async () => {
    interface Described {
      paths: Record<string, Record<string, { parameters?: { name: string }[] }>>;
    }
    const { paths } = (await edge.server.get('/openapi.json')).body as Described;
    const taking = Object.entries(paths).flatMap(([path, item]) =>
      Object.values(item).flatMap(({ parameters = [] }) =>
        parameters.filter(({ name }) => name === 'Content-Encoding').map(() => path),
      ),
    );
    expect(taking).toEqual([
      '/v1/recordings',
      '/v1/recordings/batch',
      '/v1/usage-events',
      '/v1/usage-events/batch',
    ]);
  });

  /** All but the last byte, as one chunk of a body that does not end. @returns what is heard until the answer is there */
  async function sendWithoutEnd(body: Buffer): Promise<string> {
    const { hostname, port } = new URL(edge.server.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    let heard = '';
    socket.on('data', (bytes: Buffer) => (heard += bytes.toString()));
    const lines = [...sdk, ['host', 'x'], ['content-encoding', 'gzip']];
    const head = lines.map(([name, value]) => `${name}: ${value}`).join('\r\n');
    const length = `${(body.length - 1).toString(16)}\r\n`;
    socket.write(
      `POST /v1/recordings HTTP/1.1\r\n${head}\r\ntransfer-encoding: chunked\r\n\r\n${length}`,
    );
    socket.write(body.subarray(0, -1));
    await until('it is answered', () => heard.includes('"code"'));
    socket.destroy();
    return heard;
  }
});
