import { Body, Controller, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Access } from '../common/access/access.decorator';
import type { RequestContext } from '../common/request-context';
import { tooManyAtOnce } from '../common/problems';
import {
  subscriptionBehind,
  subscriptionInactive,
} from '../modules/subscriptions/subscriptions.errors';
import { Ctx } from '../platform/http/request';
import { RaceRequest, type RaceResponse } from './race';
import { RaceService } from './race.service';

/** For a page of the console in development. */
@ApiExcludeController()
@Controller()
export class RaceController {
  constructor(private readonly races: RaceService) {}

  @Post('v1/demo/races')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:write',
    action: 'page.race',
    summary: 'Many callers at a limit, at once, in development only',
    status: 200,
    problems: [subscriptionInactive, subscriptionBehind, tooManyAtOnce],
    idempotency: 'none',
  })
  run(@Ctx() context: RequestContext, @Body() body: RaceRequest): Promise<RaceResponse> {
    return this.races.run(context, body.way);
  }
}
