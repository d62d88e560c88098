import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { PlanWithTerms } from './plan.entity';
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
}
