import type { Actor } from '../../common/request-context';

/** One row of the log: one write to one row of a table, or a sign-in that failed. */
export interface AuditEntry {
  id: string;
  businessId: string;
  at: Date;
  action: string;
  actor: Actor;
  onBehalfOf: string | null;
  targetType: string;
  targetId: string | null;
  changes: Record<string, [unknown, unknown]>;
  requestId: string | null;
  supportSessionId: string | null;
  ip: string | null;
}
