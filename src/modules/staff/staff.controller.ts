import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import { businessDeactivated, businessNotFound } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { AuditService } from '../audit/audit.service';
import { AuditEntryResponse, toAuditEntryResponse } from '../audit/dto/audit-log';
import {
  supportAccessOff,
  supportSessionNotFound,
} from '../support-sessions/support-sessions.errors';
import {
  OpenSupportSessionRequest,
  SearchBusinessesQuery,
  StaffAuditLogQuery,
} from './dto/staff.requests';
import {
  OpenedSupportSessionResponse,
  StaffBusinessResponse,
  toStaffBusinessResponse,
} from './dto/staff.responses';
import { StaffBusinessesService } from './staff-businesses.service';

class StaffBusinessPage extends pageOf(StaffBusinessResponse) {}
class StaffAuditLogPage extends pageOf(AuditEntryResponse) {}

@Tag('Staff', { description: 'For the people who run this installation', position: 150 })
@Controller('v1/staff')
export class StaffController {
  constructor(
    private readonly businesses: StaffBusinessesService,
    private readonly audit: AuditService,
  ) {}

  @Get('businesses')
  @Access({
    audience: 'staff',
    action: 'staff_business.list',
    summary: 'Find businesses, newest first',
    status: 200,
    answers: StaffBusinessPage,
  })
  async search(
    @Ctx() context: RequestContext,
    @Query() query: SearchBusinessesQuery,
  ): Promise<StaffBusinessPage> {
    const found = await this.businesses.search(context, query);
    return toPage(found, query.limit, toStaffBusinessResponse, ({ business }) => [
      business.createdAt.toISOString(),
      business.id,
    ]);
  }

  @Get('businesses/:id')
  @Access({
    audience: 'staff',
    action: 'staff_business.get',
    summary: 'A business with its subscription, usage and owners',
    status: 200,
    answers: StaffBusinessResponse,
    problems: [businessNotFound],
  })
  async get(@Ctx() context: RequestContext, @PathId() id: string): Promise<StaffBusinessResponse> {
    return toStaffBusinessResponse(await this.businesses.get(context, id));
  }

  @Post('businesses/:id/deactivate')
  @Access({
    audience: 'staff',
    action: 'business.deactivate',
    summary: 'Deactivate a business: its sessions and keys get 403 from the next request',
    description:
      'A paid Stripe subscription runs to the end of its period and is not renewed; `stripe` shows that end. The owner keeps access to subscription, invoices and portal.',
    status: 200,
    answers: StaffBusinessResponse,
    problems: [businessNotFound],
  })
  async deactivate(
    @Ctx() context: RequestContext,
    @PathId() id: string,
  ): Promise<StaffBusinessResponse> {
    return toStaffBusinessResponse(await this.businesses.setStatus(context, id, 'deactivated'));
  }

  @Post('businesses/:id/activate')
  @Access({
    audience: 'staff',
    action: 'business.activate',
    summary: 'Activate a business again',
    description:
      'A Stripe subscription that the deactivation had set to end renews again, unless its period has passed or it was canceled.',
    status: 200,
    answers: StaffBusinessResponse,
    problems: [businessNotFound],
  })
  async activate(
    @Ctx() context: RequestContext,
    @PathId() id: string,
  ): Promise<StaffBusinessResponse> {
    return toStaffBusinessResponse(await this.businesses.setStatus(context, id, 'active'));
  }

  @Post('businesses/:id/support-sessions')
  @Access({
    audience: 'staff',
    action: 'support_session.start',
    stepUp: true,
    summary: 'Open a support session, with a reason and for a limited time; the owners get a mail',
    status: 201,
    answers: OpenedSupportSessionResponse,
    problems: [businessNotFound, businessDeactivated, supportAccessOff],
    session: { opened: 'support' },
  })
  async openSupport(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: OpenSupportSessionRequest,
  ): Promise<OpenedSupportSessionResponse> {
    const { session, token } = await this.businesses.openSupport(context, id, body);
    return {
      id: session.id,
      token,
      mode: session.mode,
      expiresAt: session.expiresAt.toISOString(),
    };
  }

  @Post('support-sessions/:id/end')
  @Access({
    audience: 'staff',
    action: 'staff_support_session.end',
    summary: 'End a support session',
    status: 204,
    problems: [supportSessionNotFound],
  })
  async endSupport(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.businesses.endSupport(context, id);
  }

  @Get('audit-log')
  @Access({
    audience: 'staff',
    action: 'staff_audit_log.list',
    summary: 'The log of one business, or of the installation itself, newest first',
    status: 200,
    answers: StaffAuditLogPage,
  })
  async listAuditLog(
    @Ctx() context: RequestContext,
    @Query() query: StaffAuditLogQuery,
  ): Promise<StaffAuditLogPage> {
    const entries = await this.audit.listForStaff(context, query);
    return toPage(entries, query.limit, toAuditEntryResponse, ({ at, id }) => [
      at.toISOString(),
      id,
    ]);
  }
}
