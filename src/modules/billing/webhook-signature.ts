import Stripe from 'stripe';

/** Stripe's own tolerance; here it holds in both directions. */
const TOLERANCE_SECONDS = 300;

/**
 * Whether a body, byte by byte, was signed by one of the secrets within the last 300 seconds. The SDK compares in
 * constant time and refuses what is old, but not what is from the future.
 * Source: https://docs.stripe.com/webhooks#verify-manually
 */
export function isSignedBy(
  secrets: readonly string[],
  body: Buffer,
  header: string,
  now: Date,
): boolean {
  return (
    !isFromFuture(header, now) && secrets.some((secret) => isSigned(secret, body, header, now))
  );
}

function isSigned(secret: string, body: Buffer, header: string, now: Date): boolean {
  try {
    const verifier = Stripe.webhooks.signature!; // the SDK's types allow for builds without it
    return verifier.verifyHeader(body, header, secret, TOLERANCE_SECONDS, undefined, now.getTime());
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
}

function isFromFuture(header: string, now: Date): boolean {
  const stamps = [...header.matchAll(/(?:^|,)\s*t=(\d{1,12})(?=,|$)/g)];
  const seconds = now.getTime() / 1000;
  return stamps.some(([, stamp]) => Number(stamp) > seconds + TOLERANCE_SECONDS);
}
