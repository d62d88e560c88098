import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../../common/access/access.decorator';
import { toPage } from '../../../common/pagination';
import type { RequestContext } from '../../../common/request-context';
import { PathText } from '../../../platform/http/path-text';
import { Ctx } from '../../../platform/http/request';
import { webhookEventHandled, webhookEventNotFound } from '../billing.errors';
import { InboxEventResponse, InboxPage, InboxQuery, toInboxEventResponse } from '../dto/inbox';
import { InboxService } from './inbox.service';

/** Stripe's events, for staff to find those without effect. */
@ApiTags('Staff')
@Controller('v1/staff/webhook-inbox')
export class StaffInboxController {
  constructor(private readonly inbox: InboxService) {}

  @Get()
  @Access({
    audience: 'staff',
    action: 'webhook_event.list',
    summary: "Stripe's events, newest first, with their outcome",
    status: 200,
    answers: InboxPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: InboxQuery): Promise<InboxPage> {
    const events = await this.inbox.list(context, query);
    return toPage(events, query.limit, toInboxEventResponse, ({ receivedAt, id }) => [
      receivedAt.toISOString(),
      id,
    ]);
  }

  @Post(':id/retry')
  @Access({
    audience: 'staff',
    action: 'webhook_event.retry',
    summary: 'Retry an event without effect',
    status: 200,
    answers: InboxEventResponse,
    problems: [webhookEventNotFound, webhookEventHandled],
  })
  async retry(
    @Ctx() context: RequestContext,
    @PathText('id') id: string,
  ): Promise<InboxEventResponse> {
    return toInboxEventResponse(await this.inbox.retry(context, id));
  }
}
