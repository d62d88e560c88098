import { domainToASCII } from 'node:url';
import { foldEmail } from '../../common/email';
import { isEmailAddress } from '../../common/field-rules';
import { isSubject, nameIn, verifiedEmailIn, type ForeignIdentity } from './foreign-identity';
import type { Provider } from './provider';
import { emailNotProven, signInInvalid } from './sign-in.errors';

type Claims = Readonly<Record<string, unknown>>;

const GOOGLE = 'https://accounts.google.com';
const MICROSOFT = 'https://login.microsoftonline.com/';
/** The tenant of all personal accounts of Microsoft, whose addresses Microsoft verifies. */
const PERSONAL_TENANT = '9188040d-6c67-4c5b-b112-36a304b66dad';

/**
 * Who the claims of a provider are about. Pure. People of a company need an address of it at each sign-in: its provider
 * may be everyone's, and the person known already by another way.
 * @throws 401 sign_in_invalid, 403 email_not_proven
 */
export function identityOf(provider: Provider, claims: Claims): ForeignIdentity {
  const { sub, iss = provider.issuer } = claims;
  if (!isSubject(sub) || typeof iss !== 'string')
    throw signInInvalid({ detail: 'The provider does not say who it is.' });
  const email = emailOf(provider, claims);
  if (provider.business && email === null) throw emailNotProven();
  return { issuer: iss, subject: sub, email, fullName: nameIn(claims) };
}

/** A business vouches for the addresses of its own domains, and for no others. */
function emailOf({ business, issuer }: Provider, claims: Claims): string | null {
  if (business) {
    const email = claims.email_verified === false ? null : addressIn(claims);
    const { domains } = business;
    if (issuer === GOOGLE && !domains.includes(String(claims.hd))) return null; // of no account of the company
    return email !== null && domains.includes(domainOf(email)) ? email : null;
  }
  if (issuer.startsWith(MICROSOFT)) return isMicrosofts(claims) ? addressIn(claims) : null;
  return verifiedEmailIn(claims);
}

/** Any tenant of Entra ID may write any address into `email`; `xms_edov` says that its domain is the tenant's. */
function isMicrosofts({ tid, xms_edov: isOwn }: Claims): boolean {
  return tid === PERSONAL_TENANT || isOwn === true || isOwn === 1 || isOwn === '1';
}

function addressIn({ email }: Claims): string | null {
  return typeof email === 'string' && isEmailAddress(email) ? email : null;
}

/** The domain of an address, in ASCII. Pure. */
export function domainOf(email: string): string {
  return domainToASCII(foldEmail(email.slice(email.lastIndexOf('@') + 1)));
}
