import type { Audience } from '../../common/access/access.decorator';
import type { Permission } from '../../common/access/permissions';
import type { Actor, MemberPrincipal, PersonPrincipal } from '../../common/request-context';
import type { TokenKind } from '../../common/token';

/** What a good token stands for. */
export interface Credential {
  kind: TokenKind;
  actor: Actor;
  /** Null: staff, and a person who belongs to none. */
  businessId: string | null;
  businessStatus: 'active' | 'deactivated' | null;
  member: MemberPrincipal | null;
  /** Who has the session; null for keys and staff. */
  person: PersonPrincipal | null;
  permissions: readonly Permission[];
  /** The session of staff in a support member's seat. */
  support: { sessionId: string; mode: 'read' | 'write' } | null;
  /** The session of staff outside. */
  staffSessionId: string | null;
}

/** The routes that each kind of token opens; it opens no others. */
export const AUDIENCE_OF_KIND: Record<TokenKind, Audience> = {
  session: 'dashboard',
  support_session: 'dashboard',
  api_key: 'sdk',
  staff_session: 'staff',
};
