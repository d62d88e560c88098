import type { JWTPayload } from 'jose';
import { hoursAfter } from '../../common/clock';
import type { TrustedIssuer } from '../../platform/config/trusted-issuers';
import { isSubject, nameIn, verifiedEmailIn, type ForeignIdentity } from './foreign-identity';
import { foreignTokenInvalid } from './sign-in.errors';

const LONGEST_LIFE_HOURS = 24;
const TOLERANCE_MS = 30_000;

/** What a token that was checked says. */
export interface ForeignToken {
  identity: ForeignIdentity;
  expiresAt: Date;
  /** When its owner last proved to the issuer who they are; null: it does not say. */
  provenAt: Date | null;
  /** The business that its owner belongs to; null: it does not say. */
  businessId: string | null;
}

/**
 * The rest of the checks, and what the claims say. Pure.
 * @param claims of a token whose signature, issuer, audience and times are in order
 * @throws 401 foreign_token_invalid
 */
export function factOf(issuer: TrustedIssuer, claims: JWTPayload, now: Date): ForeignToken {
  const expiresAt = new Date(claims.exp! * 1000); // required of it
  if (!(expiresAt <= hoursAfter(now, LONGEST_LIFE_HOURS)))
    // one beyond all dates is no date
    throw foreignTokenInvalid({ detail: 'It is valid for more than 24 hours.' });
  const issuedAt = timeOf(claims.iat);
  if (issuedAt && issuedAt.getTime() > now.getTime() + TOLERANCE_MS)
    throw foreignTokenInvalid({ detail: 'It was issued in the future.' });
  if (!isSubject(claims.sub)) throw foreignTokenInvalid({ detail: 'It has no usable subject.' });
  assertAuthorized(issuer, claims);
  const identity = {
    issuer: issuer.issuer,
    subject: claims.sub,
    email: verifiedEmailIn(claims, issuer.emailClaim),
    fullName: nameIn(claims),
  };
  const businessId = issuer.businessClaim ? textOf(claims[issuer.businessClaim]) : null;
  return { identity, expiresAt, provenAt: provenAtOf(claims, now), businessId };
}

function assertAuthorized({ authorizedParties }: TrustedIssuer, { azp }: JWTPayload): void {
  if (authorizedParties && !(typeof azp === 'string' && authorizedParties.includes(azp)))
    throw foreignTokenInvalid({ detail: 'Its authorized party (azp) is not trusted here.' });
}

/** A token is renewed without its owner, so its own age says nothing. Never in the future. */
function provenAtOf({ auth_time: at, amr, fva, iat }: JWTPayload, now: Date): Date | null {
  const times = [timeOf(at), ...timesOfMethods(amr), timeOfFactor(fva, iat)];
  const known = times.filter((time) => time !== null).map((time) => time.getTime());
  return known.length > 0 ? new Date(Math.min(Math.max(...known), now.getTime())) : null;
}

/** Supabase: each method with its time, in seconds. These two prove no person. */
const NO_PROOFS: unknown[] = ['token_refresh', 'anonymous'];

function timesOfMethods(amr: unknown): (Date | null)[] {
  if (!Array.isArray(amr)) return [];
  const methods = amr as ({ method?: unknown; timestamp?: unknown } | null)[];
  const proofs = methods.filter((each) => !NO_PROOFS.includes(each?.method));
  return proofs.map((each) => timeOf(each?.timestamp));
}

/** Clerk: minutes since the first factor was verified, as of `iat`. */
function timeOfFactor(fva: unknown, iat: unknown): Date | null {
  const age: unknown = Array.isArray(fva) ? fva[0] : null;
  if (typeof age !== 'number' || age < 0 || typeof iat !== 'number') return null;
  return timeOf(iat - age * 60);
}

function timeOf(seconds: unknown): Date | null {
  const time = typeof seconds === 'number' ? new Date(seconds * 1000) : null;
  return time && !Number.isNaN(time.getTime()) ? time : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
