import { domainToASCII } from 'node:url';
import type { Role } from '../../common/access/permissions';
import { foldEmail } from '../../common/email';
import type { FieldFault } from '../../common/problem';

/** What a provider may make of a person. An owner is made by owners alone. */
export const SSO_ROLES = ['admin', 'member', 'viewer'] as const;
export type SsoRole = Exclude<Role, 'owner'>;

const DOMAIN =
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

/** In ASCII, folded. Pure. */
export function toDomain(text: string): string {
  return domainToASCII(foldEmail(text.trim()));
}

export function isDomain(value: unknown): boolean {
  return typeof value === 'string' && DOMAIN.test(toDomain(value));
}

/** Everyone's accounts: what they say of an address is not for one business to vouch for. */
const OF_EVERYONE = /^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)\b/i;

/** Pure. */
export function findIssuerFault(issuer: string): FieldFault | null {
  if (!OF_EVERYONE.test(issuer)) return null;
  const detail =
    'must be that of your own tenant: https://login.microsoftonline.com/<tenant id>/v2.0';
  return { pointer: '/issuer', code: 'issuer_of_everyone', detail };
}

/** The highest role that the claim names. Pure. */
export function roleIn(
  claims: Readonly<Record<string, unknown>>,
  rules: {
    rolesClaim: string | null;
    roles: { value: string; role: SsoRole }[];
    defaultRole: SsoRole;
  },
): SsoRole {
  const claim = rules.rolesClaim === null ? [] : claims[rules.rolesClaim];
  const values = [claim].flat().filter((each) => typeof each === 'string');
  const named = rules.roles.filter(({ value }) => values.includes(value)).map(({ role }) => role);
  return SSO_ROLES.find((role) => named.includes(role)) ?? rules.defaultRole;
}
