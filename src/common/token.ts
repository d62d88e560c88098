import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

// A token is `prefix` + 40 random base62 characters (238 bits) + 6 characters of CRC32 over both (like GitHub's), so
// a typo is refused without a query and secret scanners detect a leak.

export const TOKEN_PREFIXES = {
  session: 'tns_',
  api_key: 'tnk_',
  staff_session: 'tnf_',
  support_session: 'tnu_',
  service_key: 'tnv_',
} as const;
export type TokenKind = keyof typeof TOKEN_PREFIXES;

const KIND_OF_PREFIX = new Map(
  (Object.keys(TOKEN_PREFIXES) as TokenKind[]).map((kind) => [
    TOKEN_PREFIXES[kind] as string,
    kind,
  ]),
);

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 40;
const CHECKSUM_LENGTH = 6;
const TOKEN_PATTERN = /^(tn[skfuv]_)[0-9A-Za-z]{46}$/;

/** A new secret of this kind. Show it once and store only its `hashToken`. */
export function createToken(kind: TokenKind): string {
  let body: string = TOKEN_PREFIXES[kind];
  for (let length = 0; length < RANDOM_LENGTH; length += 1) body += ALPHABET[randomInt(62)];
  return body + checksum(body);
}

/** The kind that a token claims, or null for a malformed one. */
export function tokenKind(token: string): TokenKind | null {
  const prefix = TOKEN_PATTERN.exec(token)?.[1];
  if (!prefix || checksum(token.slice(0, -CHECKSUM_LENGTH)) !== token.slice(-CHECKSUM_LENGTH))
    return null;
  return KIND_OF_PREFIX.get(prefix) ?? null;
}

/** What the database stores of a token: SHA-256, 32 bytes. 238 random bits need no salt or slow hash. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

function checksum(text: string): string {
  let rest = crc32(text);
  let encoded = '';
  for (let length = 0; length < CHECKSUM_LENGTH; length += 1) {
    encoded = ALPHABET.charAt(rest % 62) + encoded;
    rest = Math.floor(rest / 62);
  }
  return encoded;
}
