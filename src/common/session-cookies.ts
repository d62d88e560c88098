import { tokenKind, type TokenKind } from './token';

// The sessions of the console in a browser (RFC 6265bis). `__Host-`: only over TLS or to this machine, and set by this
// host alone, not by a sibling subdomain. SameSite=Strict is a second line: what counts is named by a header that no
// form and no other page can send.

export const SESSION_KINDS = ['team', 'staff', 'support'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** Names the cookie that counts. */
export const SESSION_HEADER = 'tenantry-session';
/** Names the business that a page shows: refused where the session has moved on to another. */
export const BUSINESS_HEADER = 'tenantry-business';

const TOKEN_KINDS: Record<SessionKind, TokenKind> = {
  team: 'session',
  staff: 'staff_session',
  support: 'support_session',
};
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';

export function isSessionKind(text: string): text is SessionKind {
  return (SESSION_KINDS as readonly string[]).includes(text);
}

export function cookieNameOf(kind: SessionKind): string {
  return `__Host-tenantry-${kind}`;
}

export function toSetCookie(kind: SessionKind, token: string, expiresAt: string): string {
  const expires = new Date(expiresAt).toUTCString();
  return `${cookieNameOf(kind)}=${token}; Expires=${expires}; ${ATTRIBUTES}`;
}

export function toClearedCookie(kind: SessionKind): string {
  return `${cookieNameOf(kind)}=; Max-Age=0; ${ATTRIBUTES}`;
}

/** Whether the request carries this cookie, and the token in it. A cookie sent twice, or of another kind, has none. */
export function findCookie(
  header: string | undefined,
  kind: SessionKind,
): { token: string | null } | null {
  const prefix = `${cookieNameOf(kind)}=`;
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length));
  if (values.length === 0) return null;
  const [token] = values;
  return { token: values.length === 1 && tokenKind(token!) === TOKEN_KINDS[kind] ? token! : null };
}

/** Browsers keep a cookie with Secure from https, and from this machine. */
export function keepsSecureCookies(appUrl: string): boolean {
  const { protocol, hostname } = new URL(appUrl);
  return (
    protocol === 'https:' ||
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    /^127(\.\d+){3}$/.test(hostname) ||
    hostname === '[::1]'
  );
}

/**
 * Whether a page of this server sent the request. `Sec-Fetch-Site` cannot be set by a page; browsers without it send
 * `Origin` with what can change something.
 */
export function isSameOrigin(
  headers: { 'sec-fetch-site'?: string | string[]; origin?: string },
  appUrl: string,
): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && headers.origin === new URL(appUrl).origin;
}
