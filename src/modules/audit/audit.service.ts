import { Injectable } from '@nestjs/common';
import { PLATFORM_ID } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { AuditEntry } from './audit-entry';
import { AuditRepository, type AccountTarget } from './audit.repository';
import type { ListAuditLogQuery } from './dto/audit-log';

/** Reads the log, and writes what no trigger sees. */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  /** The log of the business of the request, newest first; one more than `limit`. */
  list(context: RequestContext, query: ListAuditLogQuery): Promise<AuditEntry[]> {
    const businessId = context.requireBusinessId();
    return this.database.transaction(context, (tx) => this.audit.list(tx, businessId, query));
  }

  /** For staff: the log of any business or, without one, of the installation itself. */
  listForStaff(
    context: RequestContext,
    { businessId, ...query }: ListAuditLogQuery & { businessId?: string },
  ): Promise<AuditEntry[]> {
    const id = businessId?.toLowerCase() ?? PLATFORM_ID;
    return this.database.platform(context, 'staff read every log', (tx) =>
      this.audit.list(tx, id, query),
    );
  }

  /**
   * What concerns an account: a failed sign-in, of which no row of a table tells, or its second factor, whose rows belong
   * to no tenant. In each of these businesses; without any, in the log of the installation.
   */
  recordOfAccount(tx: Transaction, businessIds: string[], target: AccountTarget): Promise<void> {
    const where = businessIds.length > 0 ? businessIds : [PLATFORM_ID];
    return this.audit.recordOfAccount(tx, where, target);
  }

  /** The tables of the queue have no audit trigger. What staff do about its jobs belongs to the installation. */
  recordJobRetry(tx: Transaction, job: { id: string; tries: number }): Promise<void> {
    return this.audit.recordJobRetry(tx, job);
  }
}
