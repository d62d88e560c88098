import type { Audience } from '../../common/access/access.decorator';
import type { Permission } from '../../common/access/permissions';
import type { Actor, MemberPrincipal } from '../../common/request-context';
import type { TokenKind } from '../../common/token';

/** What a good token stands for. */
export interface Credential {
  kind: TokenKind;
  actor: Actor;
  /** Null: staff, outside every business. */
  businessId: string | null;
  businessStatus: 'active' | 'deactivated' | null;
  member: MemberPrincipal | null;
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
