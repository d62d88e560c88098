import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { newId } from '../../src/common/ids';
import { aRecording } from '../support/customers';
import { bearer, Edge, type Headers, JSON_TYPE } from '../support/edge';
import { race } from '../support/race';

interface Received {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** As sent. */
  bytes: Buffer;
}

const ORIGIN = 'https://app.example';

describe('an answer', () => {
  let edge: Edge;
  let owner: Headers;
  let sdk: Headers;
  beforeAll(async () => {
    edge = await Edge.start({ corsOrigins: [ORIGIN] });
    owner = bearer(edge.customer.token);
    sdk = bearer(edge.customer.key);
    const recordings = Array.from({ length: 20 }, () => aRecording({ metadata: { note: 'ß' } }));
    const stored = await send('POST', '/v1/recordings/batch', sdk, { recordings });
    expect(stored.status).toBe(200);
  });
  afterAll(() => edge.stop());

  /** Without what libraries add and undo. */
  function send(
    method: string,
    path: string,
    headers: Headers = [],
    body?: object,
  ): Promise<Received> {
    const content = body && JSON.stringify(body);
    const all = Object.fromEntries(content ? [...headers, ...JSON_TYPE] : headers);
    return new Promise((resolve, reject) => {
      const sent = request(edge.server.url + path, { method, headers: all }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('error', reject).on('end', () => {
          const { statusCode: status = 0, headers: received } = answer;
          resolve({ status, headers: received, bytes: Buffer.concat(pieces) });
        });
      });
      sent.on('error', reject).end(content);
    });
  }

  const asking = (coding: string): Headers => [['accept-encoding', coding]];
  const list = (coding?: string, more: Headers = []) =>
    send('GET', '/v1/recordings', [...owner, ...more, ...(coding ? asking(coding) : [])]);

  it.each(['gzip', 'GZIP', 'x-gzip', 'br, gzip;q=0.5, deflate', '*', 'br;q=0, *;q=0.1'])(
    'over 1 KiB is compressed for "%s"',
    async (coding) => {
      const plain = await list();
      const { status, headers, bytes } = await list(coding);
      expect([status, headers['content-encoding']]).toEqual([200, 'gzip']);
      expect(gunzipSync(bytes)).toEqual(plain.bytes);
      expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
      expect(headers['content-length']).toBe(String(bytes.length));
      expect(headers['content-type']).toBe(plain.headers['content-type']);
    },
  );

  it.each(['', 'identity', 'br', 'deflate', 'gzip;q=0', 'gzip;q=0.0, *', '*;q=0', 'gzipped'])(
    'over 1 KiB goes out as it is for "%s"',
    async (coding) => {
      const { headers, bytes } = await list(coding);
      expect(headers['content-encoding']).toBeUndefined();
      expect(JSON.parse(bytes.toString())).toMatchObject({ nextCursor: null });
    },
  );

  it('over 1 KiB tells caches that it depends on the coding, beside the origin', async () => {
    for (const answer of [
      await list(),
      await list('gzip'),
      await list('gzip', [['origin', ORIGIN]]),
    ])
      expect(answer.headers.vary).toBe('Origin, Accept-Encoding');
  });

  it('of less goes out as it is', async () => {
    const { headers } = await send('GET', '/v1/business', [...owner, ...asking('gzip')]);
    expect([headers['content-encoding'], headers.vary]).toEqual([undefined, 'Origin']);
  });

  it('to HEAD has the headers of GET and no body', async () => {
    const got = await list('gzip');
    const head = await send('HEAD', '/v1/recordings', [...owner, ...asking('gzip')]);
    const headersOf = ({ headers }: Received) =>
      ['content-encoding', 'content-length', 'content-type', 'vary'].map((name) => headers[name]);
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(headersOf(head)).toEqual(headersOf(got));
  });

  it('to a batch is compressed: it shows no secret', async () => {
    const recordings = Array.from({ length: 20 }, () => aRecording());
    const headers = [...sdk, ...asking('gzip'), ['idempotency-key', newId()] as [string, string]];
    const first = await send('POST', '/v1/recordings/batch', headers, { recordings });
    const again = await send('POST', '/v1/recordings/batch', headers, { recordings });
    for (const { headers: received } of [first, again])
      expect(received['content-encoding']).toBe('gzip');
    expect(gunzipSync(again.bytes)).toEqual(gunzipSync(first.bytes));
  });

  it('that shows a token or key is never compressed, however long', async () => {
    const businessName = 'x'.repeat(100);
    const signup = { businessName, fullName: 'Ada', password: 'a good password of hers' };
    const signedUp = await send('POST', '/v1/auth/signup', asking('gzip'), {
      ...signup,
      email: `ada-${newId()}@example.com`,
    });
    expect(signedUp.status).toBe(201);
    expect(signedUp.bytes.length).toBeGreaterThan(1024);
    expect(signedUp.headers['content-encoding']).toBeUndefined();
  });

  it('that may be compressed has no field for a secret', async () => {
    const { body } = (await edge.server.get('/openapi.json')) as { body: Contract };
    const fields = Object.entries(body.paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([verb]) => verb === 'get' || path.startsWith('/v1/recordings'))
        .flatMap(([verb, { responses }]) =>
          [...fieldsIn(responses, body)].map((field) => `${verb} ${path}: ${field}`),
        ),
    );
    expect(fields.length).toBeGreaterThan(100);
    expect(fields.filter((field) => SECRET.test(field))).toEqual(Object.keys(NO_SECRETS));
  });

  it('of the contract is compressed once, under one tag', async () => {
    const plain = await send('GET', '/openapi.json');
    const packed = await send('GET', '/openapi.json', asking('gzip'));
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.bytes)).toEqual(plain.bytes);
    for (const { headers } of [plain, packed])
      expect([headers.etag, headers.vary]).toEqual([plain.headers.etag, 'Origin, Accept-Encoding']);
    for (const coding of [[], asking('gzip')]) {
      const known: Headers = [...coding, ['if-none-match', String(plain.headers.etag)]];
      const { status, headers, bytes } = await send('GET', '/openapi.json', known);
      expect([status, bytes.length, headers.etag]).toEqual([304, 0, plain.headers.etag]);
    }
  });

  it('that is no JSON goes out as it is', async () => {
    for (const path of ['/metrics', '/problems/validation_failed']) {
      const { status, headers } = await send('GET', path, asking('gzip'));
      expect([status, headers['content-encoding']]).toEqual([200, undefined]);
    }
  });

  it('is whole, however many ask at once', async () => {
    const plain = await list();
    const answers = await race(100, () => list('gzip'));
    for (const { headers, bytes } of answers)
      expect(headers['content-encoding'] ? gunzipSync(bytes) : bytes).toEqual(plain.bytes);
    const packed = answers.filter(({ headers }) => headers['content-encoding'] === 'gzip');
    expect(packed.length).toBeGreaterThan(0);
  });
});

interface Contract {
  paths: Record<string, Record<string, { responses: object }>>;
  components: { schemas: Record<string, unknown>; responses: Record<string, unknown> };
}

/** What only looks like one, and why. */
const NO_SECRETS: Record<string, string> = {
  'get /v1/billing/invoices: url': 'nothing that a caller chooses stands beside it',
  'get /v1/billing/invoices: pdfUrl': 'the same',
  'post /v1/recordings: upgradeUrl': 'the same for all',
  'post /v1/recordings/batch: upgradeUrl': 'the same for all',
  'get /v1/staff/features: key': 'the name of a feature, which plans name too',
  'get /v1/staff/webhook-endpoints: url': 'those who read it chose it',
  'get /v1/staff/webhook-endpoints/{id}: url': 'the same',
  'get /v1/webhook-endpoints: url': 'the same',
  'get /v1/webhook-endpoints/{id}: url': 'the same',
};
const SECRET = /: (?:\w*token|key|\w*Key|\w*secret|\w*password|\w*url)$/i;

/** The names of all fields of answers, with what they refer to. */
function fieldsIn(node: unknown, contract: Contract, seen = new Set<unknown>()): Set<string> {
  const found = new Set<string>();
  if (typeof node !== 'object' || node === null || seen.has(node)) return found;
  seen.add(node);
  const { $ref, properties } = node as { $ref?: string; properties?: object };
  const [kind, name] = $ref?.split('/').slice(-2) ?? [];
  const target = name && contract.components[kind as 'schemas' | 'responses'][name];
  for (const field of Object.keys(properties ?? {})) found.add(field);
  for (const value of [...(Object.values(node) as unknown[]), target])
    for (const field of fieldsIn(value, contract, seen)) found.add(field);
  return found;
}
