import * as fc from 'fast-check';
import type { Operation } from '../../support/architecture/openapi';

export type Headers = [name: string, value: string][];

/** For a request that is right: JSON unless `headers` say otherwise, and now and then a key that makes it safe to repeat. */
export function calmHeaders({ parameters }: Operation): fc.Arbitrary<Headers> {
  const takesKey = parameters.some(({ name }) => name === 'Idempotency-Key');
  const none = fc.constant<Headers>([]);
  if (!takesKey) return none;
  const key = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' });
  return fc.oneof(
    { weight: 3, arbitrary: none },
    {
      weight: 1,
      arbitrary: key
        .filter((given) => given.trim() === given)
        .map((given): Headers => [['Idempotency-Key', given]]),
    },
  );
}

/** One to three headers that no good client sends. */
export function oddHeaders(): fc.Arbitrary<Headers> {
  const listed = fc.constantFrom(...ODD_HEADERS);
  const drawn = fc.tuple(fc.constantFrom(...NAMES), fc.oneof(latin1(), long()));
  return fc.array(fc.oneof(listed, drawn), { minLength: 1, maxLength: 3 });
}

const NAMES = [
  ...[
    'Content-Type',
    'Content-Encoding',
    'X-Request-Id',
    'Idempotency-Key',
    'User-Agent',
    'Accept',
  ],
  ...[
    'Cookie',
    'Host',
    'Origin',
    'X-Forwarded-For',
    'Forwarded',
    'If-None-Match',
    'Range',
    'traceparent',
  ],
  ...['X-Support-Session', 'X-Http-Method-Override', 'Accept-Encoding', 'Authorization', 'Referer'],
];

const ODD_HEADERS: Headers = [
  ...['text/plain', 'application/xml', '', '*/*', 'application/json; charset=utf-16'].map(asType),
  ...['application/json;', 'application/json; charset="utf-8', 'multipart/form-data'].map(asType),
  ...['gzip', 'br', 'identity', 'deflate, gzip', ''].map(as('Content-Encoding')),
  ...['', ' ', '"', 'a b', '../..', 'ok-1', 'x'.repeat(64), 'x'.repeat(65), '\x80'].map(
    as('X-Request-Id'),
  ),
  ...['', ' ', '\t', 'x'.repeat(255), 'x'.repeat(256), '\xe9', '\x7f', 'a,b'].map(
    as('Idempotency-Key'),
  ),
  ...['Basic eDp5', 'Bearer', 'bearer  x', 'Bearer \xff', 'Negotiate', ''].map(as('Authorization')),
  ...['a'.repeat(5_000), 'a'.repeat(20_000)].map(as('X-Long')),
  ...['', 'a b', 'evil.example', 'localhost:99999', '[::1'].map(as('Host')),
  ...['bytes=0-1', '100-continued', 'x'].map(as('Expect')),
  ...['bytes=0-1', 'bytes=9-1'].map(as('Range')),
  ...['DELETE', 'PATCH'].map(as('X-HTTP-Method-Override')),
  ...['0', '-1', '1e3', '0x5', '5, 5'].map(as('Content-Length')),
  ...['identity', 'chunked, chunked', 'gzip'].map(as('Transfer-Encoding')),
  ...['::1', 'unknown', '<script>', '1.2.3.4, 5.6.7.8', 'a'.repeat(1_000)].map(
    as('X-Forwarded-For'),
  ),
  ['Upgrade', 'websocket'],
  ['Upgrade', 'h2c'],
  ['__proto__', 'x'],
  ['constructor', 'x'],
  ['a b', 'x'],
  ['', 'x'],
];

function as(name: string): (value: string) => [string, string] {
  return (value) => [name, value];
}

function asType(value: string): [string, string] {
  return ['Content-Type', value];
}

/** Bytes of a header value, any but line ends: those would end the header. */
function latin1(): fc.Arbitrary<string> {
  const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 10 && code !== 13);
  return fc.array(byte, { maxLength: 80 }).map((codes) => String.fromCharCode(...codes));
}

function long(): fc.Arbitrary<string> {
  return fc.constantFrom(300, 4_000, 17_000).map((length) => 'v'.repeat(length));
}
