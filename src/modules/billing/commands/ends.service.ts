import { Injectable, Logger } from '@nestjs/common';
import { PLATFORM_ID } from '../../../common/ids';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { MailQueue } from '../../../platform/mail/mail-queue';
import { JobHandler } from '../../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../../platform/queue/job-queue';
import { Scheduled } from '../../../platform/scheduler/scheduled.decorator';
import { BUSINESS_STATUS_CHANGED } from '../../businesses/businesses.service';
import { PLAN_CHANGED } from '../../plans/plan-editing.service';
import { ChangesService } from '../../subscriptions/changes/changes.service';
import type { SubscriptionCommand } from '../../subscriptions/changes/payments';
import type { EndReason } from '../../subscriptions/decisions/end-reasons';
import { RemindersService } from '../../subscriptions/renewal/reminders.service';
import { CheckoutsRepository } from '../records/checkouts.repository';
import { DuplicateSubscriptionsService } from '../sync/duplicate-subscriptions.service';

const REVIEW = 'billing.review';
const REVIEW_ALL = 'billing.review_all';
const REASON = 'plans have subscribers in all tenants';
const BATCH_SIZE = 500;

/** Decisions of staff about a business or a plan that its subscription does not reflect yet. */
interface Review {
  businessId: string;
  /** Why it must end with its period; null: it need not. */
  endReason: EndReason | null;
  /** That is not the reason which the subscription carries. */
  needsOtherEnd: boolean;
  /** A scheduled plan that is archived. */
  waitingPlanId: string | null;
  planId: string;
  isDeactivated: boolean;
}

/**
 * Applies decisions of staff about businesses and plans to their subscriptions: a job after the commit updates Stripe,
 * and a schedule repeats it where Stripe was unavailable or was changed by hand.
 */
@Injectable()
export class EndsService {
  private readonly logger = new Logger(EndsService.name);

  constructor(
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly mails: MailQueue,
    private readonly changes: ChangesService,
    private readonly checkouts: CheckoutsRepository,
    private readonly duplicates: DuplicateSubscriptionsService,
    private readonly reminders: RemindersService,
  ) {}

  /** Covers jobs that were given up, and changes by hand at Stripe. */
  @Scheduled(REVIEW_ALL, '17 * * * *')
  async reviewOnSchedule(context: RequestContext): Promise<void> {
    await this.reviewAll(context);
  }

  /** Each in a job of its own. */
  @JobHandler(PLAN_CHANGED)
  async reviewAll(context: RequestContext): Promise<void> {
    await this.reminders.announcePrices(context);
    for (let after: string | null = PLATFORM_ID; after;) {
      const due: Review[] = await this.database.platform(context, REASON, (tx) =>
        this.enqueuePage(tx, after!),
      );
      after = due.length === BATCH_SIZE ? due.at(-1)!.businessId : null;
    }
  }

  /** A deactivated business starts no payment, and its pending payments are not charged. */
  @JobHandler(BUSINESS_STATUS_CHANGED)
  async followStatus(
    context: RequestContext,
    { businessId }: { businessId: string },
  ): Promise<void> {
    const tenant = context.with({ businessId });
    const review = await this.database.transaction(tenant, async (tx) => {
      const found = await this.find(tx);
      if (found?.isDeactivated) {
        await this.checkouts.closeAll(tx);
        await this.duplicates.enqueue(tx, true);
      }
      return found;
    });
    await this.apply(tenant, review);
  }

  /** @throws as `ChangesService.prepare`: the job is retried */
  @JobHandler(REVIEW)
  async review(context: RequestContext, { businessId }: { businessId: string }): Promise<void> {
    const tenant = context.with({ businessId });
    // 1. Load the state once.
    const review = await this.database.transaction(tenant, (tx) => this.find(tx));
    await this.apply(tenant, review);
  }

  private async apply(context: RequestContext, review: Review | null): Promise<void> {
    // 2. Decide: first withdraw the change to an archived plan, which may set another end itself.
    const withdrawal = withdrawalOf(review);
    const left = withdrawal ? await this.perform(context, withdrawal) : review;
    const end = endOf(left);
    if (end) await this.perform(context, end);
  }

  /** @returns what staff's decisions still ask for */
  private async perform(
    context: RequestContext,
    command: SubscriptionCommand,
  ): Promise<Review | null> {
    this.logger.log(`${context.businessId}: ${JSON.stringify(command)}`);
    // 3. Check, and 4. ask Stripe.
    const complete = await this.changes.prepare(context, command);
    // 5. Write. 6. Answer with the state afterwards.
    return this.database.transaction(context, async (tx) => {
      await complete(tx);
      if (command.kind === 'change')
        await this.mails.enqueue(tx, 'change-called-off', tx.requireBusinessId());
      return this.find(tx);
    });
  }

  private async find(tx: Transaction): Promise<Review | null> {
    const [review] = await tx.query<Review>(`${REVIEWS} WHERE "businessId" = $1`, [
      tx.requireBusinessId(),
    ]);
    return review ?? null;
  }

  private async enqueuePage(tx: Transaction, after: string): Promise<Review[]> {
    const due = await tx.query<Review>(DUE, [after, BATCH_SIZE]);
    for (const { businessId } of due)
      await this.queue.enqueue(tx, REVIEW, { businessId }, { key: `${REVIEW}:${businessId}` });
    return due;
  }
}

/** A change to the plan in use removes the scheduled one. */
function withdrawalOf(review: Review | null): SubscriptionCommand | null {
  return review?.waitingPlanId ? { kind: 'change', planId: review.planId } : null;
}

function endOf(review: Review | null): SubscriptionCommand | null {
  return review?.needsOtherEnd ? { kind: 'end_because', reason: review.endReason } : null;
}

// A plan assigned beside the charged one does not affect the charge. After a trial comes the first period, also of a
// plan that does not renew. A paused subscription is not charged, and its period does not end.
const REVIEWS = `
  SELECT * FROM (
    SELECT *, "isFollowing" AND "endReason" IS DISTINCT FROM end_reason AS "needsOtherEnd"
    FROM (
      SELECT subscription.business_id AS "businessId", subscription.plan_id AS "planId", subscription.end_reason,
             business.status = 'deactivated' AS "isDeactivated", waiting.id AS "waitingPlanId",
             subscription.stripe_subscription_id IS NOT NULL AND subscription.status <> 'paused' AS "isFollowing",
             CASE WHEN business.status = 'deactivated' THEN 'business_deactivated'
                  WHEN subscription.plan_assigned OR subscription.scheduled_plan_id IS NOT NULL THEN NULL
                  WHEN newest.price_amount = 0 THEN 'plan_free'
                  WHEN NOT plan.renews AND subscription.status <> 'trialing' THEN 'plan_not_renewed' END AS "endReason"
      FROM subscriptions AS subscription
      JOIN businesses AS business ON business.id = subscription.business_id
      JOIN plans AS plan ON plan.id = subscription.plan_id
      JOIN plan_versions AS newest ON newest.plan_id = plan.id AND newest.version = plan.version
      LEFT JOIN plans AS waiting ON waiting.id = subscription.scheduled_plan_id AND waiting.archived_at IS NOT NULL
        AND subscription.status <> 'paused'
      WHERE subscription.is_current AND subscription.ended_at IS NULL
        AND (subscription.stripe_subscription_id IS NOT NULL OR subscription.scheduled_plan_id IS NOT NULL
             OR business.status = 'deactivated')
    ) AS decided
  ) AS review`;

const DUE = `
  ${REVIEWS} WHERE ("needsOtherEnd" OR "waitingPlanId" IS NOT NULL) AND "businessId" > $1 ORDER BY "businessId" LIMIT $2`;
