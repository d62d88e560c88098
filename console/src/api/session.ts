import { Tenantry, type SessionKind } from '@tenantry/client';

// The one place that knows how a request says who asks: by a cookie out of the reach of scripts, which the header of
// the client names.

/** Takes the session of an answer as a cookie. */
export const AS_COOKIE = { transport: 'cookie' } as const;

/** The part of the console that this tab shows, which decides on the session of dashboard requests. */
export type Area = 'team' | 'support';

let area: Area = 'team';
let shownBusiness: string | null = null;

export function enterArea(next: Area): void {
  area = next;
  shownBusiness = null;
}

export function currentArea(): Area {
  return area;
}

/** A new session may be in another business than the one before. */
export function renewed<T>(answer: T): T {
  shownBusiness = null;
  return answer;
}

export function currentBusiness(): string | null {
  return shownBusiness;
}

/** Names the business of this tab in each request: tabs share the cookie, and another may switch it. */
export function showBusiness(id: string | null): void {
  shownBusiness = id;
}

const fetchOfBusiness: typeof fetch = (url, init) => {
  const headers = new Headers(init?.headers);
  if (shownBusiness && area === 'team') headers.set('tenantry-business', shownBusiness);
  return fetch(url, { ...init, headers });
};

/** A person is told of a longer wait, not left before a page that does nothing. */
const LONGEST_WAIT_MS = 2_000;

const clientFor = (session: SessionKind) =>
  new Tenantry({
    ...{ baseUrl: '', session, fetch: fetchOfBusiness, longestWaitMs: LONGEST_WAIT_MS },
  });

const clients = {
  team: clientFor('team'),
  staff: clientFor('staff'),
  support: clientFor('support'),
};

/** Staff routes are called as staff, the others as who this tab is. */
export function clientOf(path: string): Tenantry {
  return clients[path.startsWith('/v1/staff/') ? 'staff' : area];
}
