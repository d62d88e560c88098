import type { Audience } from '../../common/access/access.decorator';
import type { Actor, MemberPrincipal } from '../../common/request-context';
import type { TokenKind } from '../../common/token';

/** What a good token stands for. */
export interface Credential {
  kind: TokenKind;
  actor: Actor;
  businessId: string;
  businessStatus: 'active' | 'deactivated';
  member: MemberPrincipal;
}

/** The routes that each kind of token opens; it opens no others. */
export const AUDIENCE_OF_KIND: Record<TokenKind, Audience> = {
  session: 'dashboard',
  support_session: 'dashboard',
  api_key: 'sdk',
  staff_session: 'staff',
};
