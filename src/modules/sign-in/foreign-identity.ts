import { isCleanText, isEmailAddress, isVisible } from '../../common/field-rules';

const LONGEST_NAME = 100;

/** Who a person is to an issuer, which has proven it just now. */
export interface ForeignIdentity {
  issuer: string;
  subject: string;
  /** That the issuer vouches for; null: for none. */
  email: string | null;
  fullName: string | null;
}

const LONGEST_SUBJECT = 255; // OpenID Connect Core 1.0, section 2

/** Whether it can be told from all others: PostgreSQL keeps no NUL and no half of a surrogate pair. Pure. */
export function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && sub.length <= LONGEST_SUBJECT && sub !== '' && isCleanText(sub);
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * The address that an issuer vouches for. Pure.
 * @param claim of which its owner says that it is a verified one; without it, the issuer has to say so
 */
export function verifiedEmailIn(claims: Claims, claim?: string): string | null {
  const email = claims[claim ?? 'email'];
  const isVerified = claims.email_verified ?? claims.emailVerified; // better-auth's name
  if (claim ? isVerified === false : isVerified !== true && isVerified !== 'true') return null;
  return typeof email === 'string' && isEmailAddress(email) ? email : null;
}

/** What people are called until they change it. Pure. */
export function nameIn({ name }: Claims): string | null {
  if (typeof name !== 'string') return null;
  const clean = name.toWellFormed().replace(/\p{Cc}/gu, ' ');
  const short = [...clean.trim()].slice(0, LONGEST_NAME).join('');
  return isVisible(short) ? short : null;
}
