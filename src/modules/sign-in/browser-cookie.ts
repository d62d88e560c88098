import { randomBytes } from 'node:crypto';

// What binds a sign-in to the browser that has begun it: kept from scripts, and sent by pages of this server alone
// (SameSite=Strict), whose page of the console reads the answer of the provider. It stays the same for sign-ins in
// several tabs.

const NAME = '__Host-tenantry-sign-in';
const HELD = /^[\w-]{43}$/;

export function newHandle(): string {
  return randomBytes(32).toString('base64url');
}

export function toBrowserCookie(handle: string, expiresAt: Date): string {
  return `${NAME}=${handle}; Expires=${expiresAt.toUTCString()}; Path=/; HttpOnly; Secure; SameSite=Strict`;
}

/** Null: none, or not one alone. */
export function findBrowserCookie(header: string | undefined): string | null {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .map((pair) => pair.slice(NAME.length + 1));
  const [value] = values;
  return values.length === 1 && HELD.test(value!) ? value! : null;
}
