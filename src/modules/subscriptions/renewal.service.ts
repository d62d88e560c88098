import { Injectable, Logger } from '@nestjs/common';
import { PLATFORM_ID } from '../../common/ids';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import {
  decideRenewal,
  MAXIMUM_PERIODS_A_RUN,
  type RenewalDecision,
  type RenewalOutcome,
  type RenewalPlans,
} from './renewal-decision';
import {
  RenewalRepository,
  versionKey,
  type DueSubscription,
  type PlanTerms,
  type WrittenRenewal,
} from './renewal.repository';
import { subscriptionBehind } from './subscriptions.errors';

const BATCH_SIZE = 200;

/** How many subscriptions a run decided, by what became of them; `behind` have more ended periods than one run closes. */
export interface RenewalReport {
  renewed: number;
  moved: number;
  expired: number;
  canceled: number;
  behind: number;
}

interface Decided {
  subscription: DueSubscription;
  decision: RenewalDecision;
}

/** Closes ended periods. Any number of processes may run it at once: each claims its rows and skips those of others. */
@Injectable()
export class RenewalService {
  private readonly logger = new Logger(RenewalService.name);

  constructor(
    private readonly database: Database,
    private readonly renewals: RenewalRepository,
  ) {}

  /**
   * Decides every subscription whose period has ended, batch by batch, each batch in a transaction of its own.
   * @param onProgress is told after each batch how many are decided so far
   */
  async renewAll(
    context: RequestContext,
    onProgress: (decided: number) => void = () => undefined,
  ): Promise<RenewalReport> {
    const report = emptyReport();
    const behind: string[] = []; // done for this run, though still due
    for (;;) {
      const decided = await this.database.platform(context, 'renewal works across tenants', (tx) =>
        this.renewBatch(tx, behind),
      );
      for (const each of decided) count(report, each, behind);
      onProgress(total(report));
      if (decided.length === 0) break;
    }
    if (behind.length > 0) this.alarm(behind);
    return report;
  }

  /** What `renewAll` would do now, without doing it. */
  async preview(context: RequestContext): Promise<RenewalReport> {
    const report = emptyReport();
    await this.database.platform(context, 'renewal works across tenants', async (tx) => {
      const terms = await this.renewals.readTerms(tx);
      let page = await this.renewals.peekDue(tx, PLATFORM_ID, BATCH_SIZE);
      while (page.length > 0) {
        for (const subscription of page) count(report, decide(subscription, terms, tx.now), []);
        page = await this.renewals.peekDue(tx, page.at(-1)!.id, BATCH_SIZE);
      }
    });
    return report;
  }

  /**
   * Renews the one subscription of this business, if its period has ended: whoever needs it now
   * decides by the clock and not by the cron's speed.
   * @throws 503 subscription_behind while more periods are missing than one run may close
   */
  async renewOne(context: RequestContext): Promise<void> {
    const decided = await this.database.transaction(context, async (tx) => {
      const due = await this.renewals.claimDueOf(tx, tx.requireBusinessId());
      return due.length > 0 ? this.settle(tx, due) : [];
    });
    if (decided.some(({ decision }) => decision.isBehind))
      throw subscriptionBehind({ headers: { 'Retry-After': '60' } });
  }

  private async renewBatch(tx: Transaction, except: string[]): Promise<Decided[]> {
    const due = await this.renewals.claimDue(tx, BATCH_SIZE, except);
    return due.length > 0 ? this.settle(tx, due) : [];
  }

  private async settle(tx: Transaction, due: DueSubscription[]): Promise<Decided[]> {
    const terms = await this.renewals.readTerms(tx);
    const used = await this.renewals.lockCounters(
      tx,
      due.map((subscription) => subscription.businessId),
    );
    const decided = due.map((subscription) => decide(subscription, terms, tx.now));
    await this.renewals.write(
      tx,
      decided.map((each) => toWrittenRenewal(each, used.get(each.subscription.businessId) ?? 0)),
    );
    return decided;
  }

  private alarm(subscriptionIds: string[]): void {
    this.logger.error(
      `${subscriptionIds.length} subscriptions have more than ${MAXIMUM_PERIODS_A_RUN} ended periods; ` +
        `the next run goes on. Check the clock of the database. First: ${subscriptionIds.slice(0, 5).join(', ')}`,
    );
  }
}

/** All that was used so far belongs to the first of the closed periods; the others passed unused. */
function toWrittenRenewal({ subscription, decision }: Decided, used: number): WrittenRenewal {
  const { outcome, next, closed } = decision;
  return {
    businessId: subscription.businessId,
    subscriptionId: subscription.id,
    isPlain:
      outcome === 'renewed' && next.status === subscription.status && !subscription.scheduledPlanId,
    next,
    closed: closed.map((period, index) => ({ ...period, recordingsUsed: index === 0 ? used : 0 })),
  };
}

function decide(subscription: DueSubscription, terms: PlanTerms, now: Date): Decided {
  return { subscription, decision: decideRenewal(subscription, plansOf(subscription, terms), now) };
}

/** What a decision needs to know of the plans. */
export function plansOf(
  subscription: Pick<DueSubscription, 'planId' | 'planVersion' | 'scheduledPlanId'>,
  terms: PlanTerms,
): RenewalPlans {
  const { planId, planVersion, scheduledPlanId } = subscription;
  const current = terms.newest.get(planId)!; // both exist: foreign keys
  const currentInterval = terms.byVersion.get(versionKey(planId, planVersion))!;
  return {
    current,
    currentInterval,
    scheduled: scheduledPlanId ? terms.newest.get(scheduledPlanId)! : null,
    default: terms.default,
  };
}

function emptyReport(): RenewalReport {
  return { renewed: 0, moved: 0, expired: 0, canceled: 0, behind: 0 };
}

function count(report: RenewalReport, { subscription, decision }: Decided, behind: string[]): void {
  const counted: Record<RenewalOutcome, keyof RenewalReport | null> = {
    not_due: null,
    renewed: 'renewed',
    moved: 'moved',
    expired: 'expired',
    canceled: 'canceled',
  };
  const key = counted[decision.outcome];
  if (key) report[key] += 1;
  if (!decision.isBehind) return;
  report.behind += 1;
  behind.push(subscription.id);
}

function total({ renewed, moved, expired, canceled }: RenewalReport): number {
  return renewed + moved + expired + canceled;
}
