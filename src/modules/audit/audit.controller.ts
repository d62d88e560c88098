import { Controller, Get, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { AuditService } from './audit.service';
import { AuditEntryResponse, ListAuditLogQuery, toAuditEntryResponse } from './dto/audit-log';

export class AuditLogPage extends pageOf(AuditEntryResponse) {}

@Tag('Audit', { description: 'Who did what', position: 130 })
@Controller('v1/audit-log')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

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
    const entries = await this.audit.list(context, query);
    return toPage(entries, query.limit, toAuditEntryResponse, ({ at, id }) => [
      at.toISOString(),
      id,
    ]);
  }
}
