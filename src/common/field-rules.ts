import { domainToASCII, domainToUnicode } from 'node:url';
import { compose, foldEmail } from './email';

// The rules behind fields.ts. Pure.

export function inLength(value: string, min: number, max: number): boolean {
  if (value.length <= max && value.length >= min * 2) return true; // a code point is one or two units
  if (value.length > max * 2) return false;
  const codePoints = [...value].length;
  return codePoints >= min && codePoints <= max;
}

/** Something a reader sees: neither white space alone nor characters without a glyph (U+200B, U+2060, U+3164 …). */
export function isVisible(value: string): boolean {
  return VISIBLE.test(value);
}
const VISIBLE = /[^\s\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u;

export function isCleanText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

/**
 * One plain address: no display name, comment, quoted local part, control character or second address, since the text
 * goes into mail headers. Accepts IDN and non-ASCII local parts (RFC 6531).
 */
export function isEmailAddress(value: string): boolean {
  if (value.length > 254 || !isCleanText(value)) return false;
  return (
    EMAIL_PATTERN.test(value) &&
    !value.includes('..') &&
    !value.startsWith('.') &&
    !value.includes('.@') &&
    isOwnDomain(value.slice(value.lastIndexOf('@') + 1))
  );
}

/**
 * Mail programs first write a domain in ASCII (IDNA). A domain that this changes into another one, other than by letter
 * case and composition, would be another mailbox.
 */
function isOwnDomain(domain: string): boolean {
  const folded = foldEmail(domain);
  const ascii = domainToASCII(folded);
  return ascii === folded || domainToUnicode(ascii) === toLowerCase(compose(folded));
}

/** The small letter of the Kelvin sign is k. */
function toLowerCase(text: string): string {
  return text.replace(/[^\u212A]/g, (character) => character.toLowerCase());
}

const LOCAL_PART = '[^\\s@"(),:;<>[\\\\\\]\\p{Cc}\\p{Cf}]{1,64}';
/** Letters and digits of any script, with their marks; hyphens inside. */
const LABEL_REST = '(?:[\\p{L}\\p{N}\\p{M}-]{0,61}[\\p{L}\\p{N}\\p{M}])';
const LABEL = `[\\p{L}\\p{N}]${LABEL_REST}?`;
const EMAIL_PATTERN = new RegExp(
  `^${LOCAL_PART}@(?:${LABEL}\\.)+[\\p{L}\\p{N}]${LABEL_REST}$`,
  'u',
);

const INSTANT_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

export function isInstant(value: string): boolean {
  if (!INSTANT_PATTERN.test(value) || !isCalendarDay(value)) return false;
  const milliseconds = Date.parse(value);
  return milliseconds >= 0 && milliseconds < Date.UTC(10_000, 0, 1);
}

/** JavaScript reads 31 February as 3 March; this refuses it. */
function isCalendarDay(value: string): boolean {
  if (/-(?:0[1-9]|1\d|2[0-8])T/.test(value)) return true; // every month has it, and a wrong month is no Date
  const [year, month, day] = value.slice(0, 10).split('-').map(Number) as [number, number, number];
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/**
 * As browsers send it: `https://app.example`, in lower case, a host in A-labels, no default port. Any other spelling
 * would never match.
 */
export function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const LOOPBACK = /^(?:localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/;

/** An origin whose pages cannot be changed in transit: https, or this machine. */
export function isSafeOrigin(text: string): boolean {
  return isOrigin(text) && (text.startsWith('https:') || LOOPBACK.test(new URL(text).hostname));
}

/** Neither null nor a list. */
export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const NOT_STORABLE =
  'must hold no NUL, no half of a surrogate pair, and only numbers within ±(2^53 − 1) that are not too small for JavaScript';

/**
 * PostgreSQL refuses NUL, and UTF-8 has no half of a surrogate pair; a number that JavaScript cannot hold would be
 * stored changed.
 */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value);
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, entry]) => isCleanText(key) && isStorable(entry));
}
