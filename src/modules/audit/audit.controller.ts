import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { Ctx } from '../../platform/http/request';
import { AuditRepository } from './audit.repository';
import { AuditEntryResponse, ListAuditLogQuery, toAuditEntryResponse } from './dto/audit-log';

export class AuditLogPage extends pageOf(AuditEntryResponse) {}

@ApiTags('Audit')
@Controller('v1/audit-log')
export class AuditController {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'audit_log:read',
    action: 'audit_log.list',
    summary: 'Who did what in this business, newest first',
    status: 200,
    answers: AuditLogPage,
  })
  async list(
    @Ctx() context: RequestContext,
    @Query() query: ListAuditLogQuery,
  ): Promise<AuditLogPage> {
    const businessId = context.requireBusinessId();
    const entries = await this.database.transaction(context, (tx) =>
      this.audit.list(tx, businessId, query),
    );
    return toPage(entries, query.limit, toAuditEntryResponse, ({ at, id }) => [
      at.toISOString(),
      id,
    ]);
  }
}
