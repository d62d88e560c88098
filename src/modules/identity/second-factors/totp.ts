import { Secret, TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** Steps before and after the present one that count too: clocks differ, and typing takes time. */
const WINDOW = 1;
const SECRET_BYTES = 20; // RFC 4226, section 4: 160 bits

/** A new secret (RFC 6238). */
export function newTotpSecret(): Buffer {
  return Buffer.from(new Secret({ size: SECRET_BYTES }).bytes);
}

/** What an authenticator app reads from a QR code: `otpauth://totp/…`. */
export function toTotpUri(secret: Buffer, issuer: string, label: string): string {
  return totpOf(secret, issuer, label).toString();
}

export function toBase32(secret: Buffer): string {
  return secretOf(secret).base32;
}

/** @returns the time step that the code belongs to, or null for a wrong code */
export function stepOf(secret: Buffer, code: string, now: Date): number | null {
  const token = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const timestamp = now.getTime();
  const delta = totpOf(secret).validate({ token, timestamp, window: WINDOW });
  return delta === null ? null : Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta;
}

function totpOf(secret: Buffer, issuer = '', label = ''): TOTP {
  const algorithm = 'SHA1'; // the one that every authenticator app knows
  const shape = { algorithm, digits: DIGITS, period: PERIOD_SECONDS };
  return new TOTP({ issuer, label, ...shape, secret: secretOf(secret) });
}

function secretOf(secret: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}
