import { Tenantry, type SessionKind, type SessionTokenResponse } from '@tenantry/client';

// The one place that knows how a request says who asks. A credential is kept in memory only: a reload ends it.

/** The part of the console that this tab shows, which decides on the session of dashboard requests. */
export type Area = 'team' | 'support';

const server = new Tenantry({ baseUrl: '' });
const tokens = new Map<SessionKind, string>();

const clients: Record<SessionKind, Tenantry> = {
  team: server.with({ token: () => tokens.get('team') }),
  staff: server.with({ token: () => tokens.get('staff') }),
  support: server.with({ token: () => tokens.get('support') }),
};

export function keepSession(
  kind: SessionKind,
  { token }: Pick<SessionTokenResponse, 'token'>,
): void {
  tokens.set(kind, token);
}

export function dropSession(kind: SessionKind): void {
  tokens.delete(kind);
}

let area: Area = 'team';

export function enterArea(next: Area): void {
  area = next;
}

export function currentArea(): Area {
  return area;
}

/** Staff routes are called as staff, the others as who this tab is. */
export function clientOf(path: string): Tenantry {
  return clients[path.startsWith('/v1/staff/') ? 'staff' : area];
}
