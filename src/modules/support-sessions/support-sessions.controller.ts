import { Controller, Delete, Get, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { SupportSessionResponse, toSupportSessionResponse } from './dto/support-session.responses';
import { supportSessionNotFound } from './support-sessions.errors';
import { SupportSessionsService } from './support-sessions.service';

class SupportSessionPage extends pageOf(SupportSessionResponse) {}

/** The tenant's view of support sessions. */
@Tag('Support', { description: 'Sessions in which staff help', position: 140 })
@Controller('v1/support-sessions')
export class SupportSessionsController {
  constructor(private readonly sessions: SupportSessionsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'support_sessions:read',
    action: 'support_session.list',
    summary: 'The support sessions in this business, newest first',
    status: 200,
    answers: SupportSessionPage,
  })
  async list(
    @Ctx() context: RequestContext,
    @Query() query: ListQuery,
  ): Promise<SupportSessionPage> {
    const sessions = await this.sessions.list(context, query);
    return toPage(sessions, query.limit, toSupportSessionResponse, ({ startedAt, id }) => [
      startedAt.toISOString(),
      id,
    ]);
  }

  @Delete(':id')
  @Access({
    audience: 'dashboard',
    permission: 'support_sessions:write',
    action: 'support_session.end',
    summary: 'End a support session at once',
    status: 204,
    problems: [supportSessionNotFound],
  })
  async end(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.sessions.end(context, id);
  }
}
