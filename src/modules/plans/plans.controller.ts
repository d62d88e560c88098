import { Controller, Get, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { PlanResponse, toPlanResponse } from './dto/plan.response';
import { PlansService } from './plans.service';

class PlanPage extends pageOf(PlanResponse) {}

@Tag('Plans', { description: 'The price list', position: 60 })
@Controller('v1/plans')
export class PlansController {
  constructor(private readonly plans: PlansService) {}

  @Get()
  @Access({
    audience: 'public',
    action: 'plan.list',
    summary: 'The public plans, cheapest first',
    status: 200,
    answers: PlanPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<PlanPage> {
    const plans = await this.plans.listPublic(context, query);
    return toPage(plans, query.limit, toPlanResponse, (plan) => [plan.terms.priceAmount, plan.id]);
  }
}
