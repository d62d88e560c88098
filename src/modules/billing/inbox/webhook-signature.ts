import { createHmac, timingSafeEqual } from 'node:crypto';

/** Stripe's own tolerance; here it holds in both directions. */
const TOLERANCE_SECONDS = 300;

/**
 * When a body, byte by byte, was signed with one of the secrets. Needs no clock, so a forgery is refused before the
 * database is used. The SDK decodes the body first, so that other bytes than the signed ones pass, accepts future
 * timestamps, and throws at an empty signature. Source: https://docs.stripe.com/webhooks#verify-manually
 * @returns seconds since 1970, or null where no secret matches
 */
export function findSigningTime(
  secrets: readonly string[],
  body: Buffer,
  header: string,
): number | null {
  const parts = header.split(',').map((part) => part.trim());
  const [stamp, ...others] = new Set(valuesOf(parts, /^t=(\d{1,12})$/));
  if (!stamp || others.length > 0) return null;
  const signatures = valuesOf(parts, /^v1=([0-9a-f]{64})$/).map((hex) => Buffer.from(hex, 'hex'));
  if (signatures.length === 0) return null;
  const expected = secrets.map((secret) => hmacOf(secret, stamp, body));
  const fits = signatures.some((given) => expected.some((each) => timingSafeEqual(given, each)));
  return fits ? Number(stamp) : null;
}

/** Whether it is within 300 seconds of now. */
export function isRecent(signedAtSeconds: number, now: Date): boolean {
  return Math.abs(Math.floor(now.getTime() / 1000) - signedAtSeconds) <= TOLERANCE_SECONDS;
}

function valuesOf(parts: string[], pattern: RegExp): string[] {
  return parts.flatMap((part) => pattern.exec(part)?.[1] ?? []);
}

function hmacOf(secret: string, stamp: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${stamp}.`).update(body).digest();
}
