import { createHmac, timingSafeEqual } from 'node:crypto';

/** Stripe's own tolerance; here it holds in both directions. */
const TOLERANCE_SECONDS = 300;

/**
 * Whether a body, byte by byte, was signed by one of the secrets within 300 seconds of now. Not by the SDK: it decodes
 * the body first, so that other bytes than the signed ones pass, takes stamps of the future, and throws at an empty
 * signature. Source: https://docs.stripe.com/webhooks#verify-manually
 */
export function isSignedBy(
  secrets: readonly string[],
  body: Buffer,
  header: string,
  now: Date,
): boolean {
  const parts = header.split(',').map((part) => part.trim());
  const [stamp, ...others] = new Set(valuesOf(parts, /^t=(\d{1,12})$/));
  if (!stamp || others.length > 0 || !isRecent(Number(stamp), now)) return false;
  const signatures = valuesOf(parts, /^v1=([0-9a-f]{64})$/).map((hex) => Buffer.from(hex, 'hex'));
  const expected = secrets.map((secret) => hmacOf(secret, stamp, body));
  return signatures.some((given) => expected.some((each) => timingSafeEqual(given, each)));
}

function valuesOf(parts: string[], pattern: RegExp): string[] {
  return parts.flatMap((part) => pattern.exec(part)?.[1] ?? []);
}

function isRecent(stamp: number, now: Date): boolean {
  return Math.abs(Math.floor(now.getTime() / 1000) - stamp) <= TOLERANCE_SECONDS;
}

function hmacOf(secret: string, stamp: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${stamp}.`).update(body).digest();
}
