import type { Audience } from '../../common/access/access.decorator';
import type { Permission, Scope, ServiceScope } from '../../common/access/permissions';
import type {
  Actor,
  MemberPrincipal,
  PersonPrincipal,
  ServiceKeyPrincipal,
} from '../../common/request-context';
import type { TokenKind } from '../../common/token';

/** What a valid token identifies. */
export interface Credential {
  kind: TokenKind;
  actor: Actor;
  /** Null: staff, service keys, and a person without a business. */
  businessId: string | null;
  businessStatus: 'active' | 'deactivated' | null;
  member: MemberPrincipal | null;
  /** The owner of the session; null for keys and staff. */
  person: PersonPrincipal | null;
  permissions: readonly Permission[];
  /** Of an API key. */
  key: { scopes: readonly Scope[]; boundTo: string | null } | null;
  /** Of a service key. */
  service: (ServiceKeyPrincipal & { scopes: readonly ServiceScope[] }) | null;
  /** The session of staff in the support seat. */
  support: { sessionId: string; mode: 'read' | 'write' } | null;
  /** The session of staff outside a business. */
  staffSessionId: string | null;
  /** Of a session: its owner proved who they are within `stepUpMinutes`. */
  isProven: boolean;
  /** A second factor is demanded of the owner, who has none. */
  mustEnrol: boolean;
}

/** The routes that each kind of token may call. */
export const AUDIENCE_OF_KIND: Record<TokenKind, Audience> = {
  session: 'dashboard',
  support_session: 'dashboard',
  api_key: 'sdk',
  staff_session: 'staff',
  service_key: 'service',
};
