import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { CreatePlanRequest, UpdatePlanRequest } from './dto/plan.requests';
import { PlanResponse, toPlanResponse } from './dto/plan.response';
import { PlanEditingService } from './plan-editing.service';
import {
  defaultPlanMustBeFree,
  defaultPlanMustRenew,
  planArchived,
  planCurrencyFixed,
  planIsDefault,
  planNotFound,
  planSlugTaken,
} from './plans.errors';
import { PlansService } from './plans.service';

class StaffPlanPage extends pageOf(PlanResponse) {}

@ApiTags('Staff')
@Controller('v1/staff/plans')
export class StaffPlansController {
  constructor(
    private readonly plans: PlansService,
    private readonly editing: PlanEditingService,
  ) {}

  @Get()
  @Access({
    audience: 'staff',
    action: 'staff_plan.list',
    summary: 'All plans, archived and unlisted ones too, cheapest first',
    status: 200,
    answers: StaffPlanPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<StaffPlanPage> {
    const plans = await this.plans.list(context, query);
    return toPage(plans, query.limit, toPlanResponse, (plan) => [plan.terms.priceAmount, plan.id]);
  }

  @Get(':id')
  @Access({
    audience: 'staff',
    action: 'staff_plan.get',
    summary: 'One plan, in its newest version',
    status: 200,
    answers: PlanResponse,
    problems: [planNotFound],
  })
  async get(@Ctx() context: RequestContext, @PathId() id: string): Promise<PlanResponse> {
    return toPlanResponse(await this.plans.get(context, id));
  }

  @Post()
  @Access({
    audience: 'staff',
    action: 'plan.create',
    summary: 'Create a plan; as the default, it replaces the current default plan',
    status: 201,
    answers: PlanResponse,
    problems: [planSlugTaken, defaultPlanMustBeFree, defaultPlanMustRenew],
  })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreatePlanRequest,
  ): Promise<PlanResponse> {
    return toPlanResponse(await this.editing.create(context, body));
  }

  @Patch(':id')
  @Access({
    audience: 'staff',
    action: 'plan.update',
    summary: 'Change a plan; omitted fields stay',
    description:
      'Limits change for all subscribers at once. Another price or interval creates a version, which a subscriber ' +
      'gets at the next period; equal ones create none. `"default": true` replaces the current default ' +
      'plan. Only name, description and limits of an archived plan can change. The currency is fixed while ' +
      'subscribers pay in it. When a plan becomes free or stops renewing, subscribers pay to the end of their period; ' +
      'when it gets a price, subscribers keep it from the next period on only if they pay.',
    status: 200,
    answers: PlanResponse,
    problems: [
      planNotFound,
      planArchived,
      planCurrencyFixed,
      planIsDefault,
      defaultPlanMustBeFree,
      defaultPlanMustRenew,
    ],
  })
  async update(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: UpdatePlanRequest,
  ): Promise<PlanResponse> {
    return toPlanResponse(await this.editing.update(context, id, body));
  }

  @Post(':id/archive')
  @Access({
    audience: 'staff',
    action: 'plan.archive',
    summary: 'Archive a plan for good; its subscribers stay on it',
    description: 'Scheduled changes to it are called off, and the owners are notified.',
    status: 200,
    answers: PlanResponse,
    problems: [planNotFound, planIsDefault],
  })
  async archive(@Ctx() context: RequestContext, @PathId() id: string): Promise<PlanResponse> {
    return toPlanResponse(await this.editing.archive(context, id));
  }
}
