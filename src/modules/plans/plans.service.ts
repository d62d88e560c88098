import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { PlanWithTerms } from './plan.entity';
import { planNotFound } from './plans.errors';
import { PlansRepository } from './plans.repository';

@Injectable()
export class PlansService {
  constructor(
    private readonly database: Database,
    private readonly plans: PlansRepository,
  ) {}

  /** What a business can choose from, cheapest first; one more than the page holds. */
  listPublic(context: RequestContext, query: ListQuery): Promise<PlanWithTerms[]> {
    return this.database.transaction(context, (tx) => this.plans.listPublic(tx, query));
  }

  /** All there are, cheapest first; one more than the page holds. */
  list(context: RequestContext, query: ListQuery): Promise<PlanWithTerms[]> {
    return this.database.transaction(context, (tx) => this.plans.list(tx, query));
  }

  /** Any plan, in its newest version. @throws 404 plan_not_found */
  async get(context: RequestContext, id: string): Promise<PlanWithTerms> {
    const plan = await this.database.transaction(context, (tx) => this.plans.findNewest(tx, id));
    if (!plan) throw planNotFound();
    return plan;
  }
}
