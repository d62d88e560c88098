import { Controller, Get, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { EventResponse, ListEventsQuery, toEventResponse } from './dto/event';
import { businessEventNotFound, eventsGone } from './events.errors';
import { EventsService } from './events.service';

class EventPage extends pageOf(EventResponse) {}

@Tag('Events', { description: 'What happened in a business, as it happens', position: 125 })
@Controller('v1/events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    support: true,
    action: 'event.list',
    summary: 'What happened in this business, of the types whose things you may read',
    status: 200,
    answers: EventPage,
    problems: [eventsGone],
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListEventsQuery): Promise<EventPage> {
    const events = await this.events.list(context, query);
    return toPage(events, query.limit, toEventResponse, ({ sequence }) => [sequence]);
  }

  @Get(':id')
  @Access({
    audience: 'dashboard',
    support: true,
    action: 'event.get',
    summary: 'One event',
    status: 200,
    answers: EventResponse,
    problems: [businessEventNotFound],
  })
  async get(@Ctx() context: RequestContext, @PathId() id: string): Promise<EventResponse> {
    return toEventResponse(await this.events.get(context, id));
  }
}
