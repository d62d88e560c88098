import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { JobQueue } from '../../platform/queue/job-queue';
import type { CreatePlanRequest, UpdatePlanRequest } from './dto/plan.requests';
import {
  assertChangeIsAllowed,
  assertFitsAsDefault,
  computeChangedPlan,
  computeNewPlan,
} from './plan-edit';
import type { PlanWithTerms } from './plan.entity';
import { planIsDefault, planNotFound } from './plans.errors';
import { FeaturesService } from '../features/features.service';
import { readGrants } from '../features/grants';
import { PlansRepository } from './plans.repository';

/** The job after a plan was changed or archived. */
export const PLAN_CHANGED = 'plan.changed';

/**
 * Edits plans, one edit at a time: which plan is the default concerns them all, and a waiting edit decides on the
 * result of the one before.
 */
@Injectable()
export class PlanEditingService {
  constructor(
    private readonly database: Database,
    private readonly plans: PlansRepository,
    private readonly features: FeaturesService,
    private readonly queue: JobQueue,
  ) {}

  /** @throws 422 validation_failed for grants, 409 plan_slug_taken, default_plan_must_be_free, default_plan_must_renew */
  create(context: RequestContext, request: CreatePlanRequest): Promise<PlanWithTerms> {
    return this.edit(context, async (tx) => {
      const granted = readGrants(await this.features.listAll(tx), request);
      const plan = computeNewPlan(request, granted, tx.now);
      assertFitsAsDefault(plan);
      if (plan.isDefault) await this.plans.clearDefault(tx);
      await this.plans.insert(tx, plan);
      return plan;
    });
  }

  /** @throws 422 validation_failed for grants, 404 plan_not_found, 409 as `assertChangeIsAllowed` */
  update(context: RequestContext, id: string, request: UpdatePlanRequest): Promise<PlanWithTerms> {
    return this.edit(context, async (tx) => {
      const before = await this.get(tx, id);
      const granted = readGrants(await this.features.listAll(tx), request);
      const after = computeChangedPlan(before, request, granted, tx.now);
      assertChangeIsAllowed(before, after, await this.plans.isPaidInOtherCurrency(tx, after));
      if (after.isDefault && !before.isDefault) await this.plans.clearDefault(tx);
      if (after.version > before.version) await this.plans.insertVersion(tx, after.terms);
      await this.plans.update(tx, after);
      await this.announce(tx, id);
      return after;
    });
  }

  /** Permanent: its subscribers stay, new ones are refused. @throws 404 plan_not_found, 409 plan_is_default */
  archive(context: RequestContext, id: string): Promise<PlanWithTerms> {
    return this.edit(context, async (tx) => {
      const plan = await this.get(tx, id);
      if (plan.isDefault) throw planIsDefault();
      if (plan.archivedAt) return plan;
      const archived = { ...plan, archivedAt: tx.now };
      await this.plans.update(tx, archived);
      await this.announce(tx, id);
      return archived;
    });
  }

  /** A job updates its current and scheduled subscribers. */
  private announce(tx: Transaction, planId: string): Promise<void> {
    return this.queue.enqueue(tx, PLAN_CHANGED, { planId }, { key: PLAN_CHANGED });
  }

  private edit<T>(context: RequestContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.platform(context, 'plans belong to no tenant', async (tx) => {
      await this.plans.lockForEditing(tx);
      return work(tx);
    });
  }

  private async get(tx: Transaction, id: string): Promise<PlanWithTerms> {
    const plan = await this.plans.findNewest(tx, id);
    if (!plan) throw planNotFound();
    return plan;
  }
}
