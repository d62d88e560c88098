import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { PlanWithTerms } from './plan.entity';
import { planNotFound } from './plans.errors';
import { PlansRepository } from './plans.repository';

@Injectable()
export class PlansService {
  constructor(
    private readonly database: Database,
    private readonly plans: PlansRepository,
  ) {}

  /** The public plans, cheapest first; one more than the page holds. */
  listPublic(context: RequestContext, query: ListQuery): Promise<PlanWithTerms[]> {
    return this.database.transaction(context, (tx) => this.plans.listPublic(tx, query));
  }

  /** All plans, cheapest first; one more than the page holds. */
  list(context: RequestContext, query: ListQuery): Promise<PlanWithTerms[]> {
    return this.database.transaction(context, (tx) => this.plans.list(tx, query));
  }

  /** Any plan, in its newest version. @throws 404 plan_not_found */
  async get(context: RequestContext, id: string): Promise<PlanWithTerms> {
    const plan = await this.database.transaction(context, (tx) => this.plans.findNewest(tx, id));
    if (!plan) throw planNotFound();
    return plan;
  }

  /** A plan in its newest version. */
  getNewest(tx: Transaction, planId: string): Promise<PlanWithTerms> {
    return this.plans.getNewest(tx, planId);
  }

  /** The same, or null where there is no such plan. */
  findNewest(tx: Transaction, planId: string): Promise<PlanWithTerms | null> {
    return this.plans.findNewest(tx, planId);
  }

  /** A plan as its subscribers of this version have it. */
  getVersion(tx: Transaction, planId: string, version: number): Promise<PlanWithTerms> {
    return this.plans.getVersion(tx, planId, version);
  }

  /** The plan of new businesses, in its newest version. */
  getDefault(tx: Transaction): Promise<PlanWithTerms> {
    return this.plans.getDefault(tx);
  }

  /** All of them at once, in their newest versions: they are few. */
  listAll(tx: Transaction): Promise<PlanWithTerms[]> {
    return this.plans.listAll(tx);
  }
}
