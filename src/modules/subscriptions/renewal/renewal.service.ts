import { Injectable, Logger } from '@nestjs/common';
import { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { isLockTimeout } from '../../../platform/database/database-errors';
import { CountersService } from '../../entitlements/counters.service';
import {
  decideRenewal,
  MAXIMUM_PERIODS_A_RUN,
  type RenewalDecision,
  type RenewalOutcome,
  type RenewalPlans,
} from '../decisions/renewal-decision';
import { OverdueService } from './overdue.service';
import { RenewalMetrics } from './renewal.metrics';
import {
  RenewalRepository,
  versionKey,
  type DueSubscription,
  type PlanTerms,
  type WrittenRenewal,
} from './renewal.repository';
import { SubscriptionNews, type WrittenSubscription } from '../subscription-news';
import { subscriptionBehind } from '../subscriptions.errors';

/** One transaction: large enough to be cheap per row, short enough for what counts to wait for. */
const BATCH_SIZE = 1_000;
/** How long a batch waits for a counter before it goes on without its business. */
const LOCK_TIMEOUT = '1s';
/** Found at once; a run keeps only their ids. */
const PAGE_SIZE = 50_000;

/** How many subscriptions a run processed, by outcome; `behind` have more ended periods than one run closes. */
export interface RenewalReport {
  renewed: number;
  moved: number;
  expired: number;
  canceled: number;
  behind: number;
}

/** A subscription whose period had ended, and its outcome. */
export interface Decided {
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
    private readonly counters: CountersService,
    private readonly metrics: RenewalMetrics,
    private readonly overdue: OverdueService,
    private readonly news: SubscriptionNews,
  ) {}

  /**
   * Processes every subscription whose period has ended, batch by batch, each batch in its own transaction.
   * @param onProgress receives after each batch how many are processed so far
   */
  async renewAll(
    context: RequestContext,
    onProgress: (decided: number) => void = () => undefined,
  ): Promise<RenewalReport> {
    await this.overdue.settleAll(context); // first: some move to plans whose periods have ended as well
    const report = emptyReport();
    const behind: string[] = [];
    const settled = (decided: Decided[]): void => {
      this.metrics.observe(decided);
      for (const each of decided) count(report, each, behind);
      onProgress(total(report));
    };
    for (let after: string | null = null, isMore = true; isMore;) {
      const page: string[] = await this.findDue(context, after);
      await this.renewPage(context, page, settled);
      after = page.at(-1) ?? null; // onwards: one that is behind is visited once per run
      isMore = page.length === PAGE_SIZE;
    }
    if (behind.length > 0) this.alarm(behind);
    return report;
  }

  /** How many subscriptions are due. */
  countDue(context: RequestContext): Promise<number> {
    return this.acrossTenants(context, (tx) => this.renewals.countDue(tx));
  }

  /** What `renewAll` would do now; changes nothing. */
  async preview(context: RequestContext): Promise<RenewalReport> {
    const report = emptyReport();
    await this.acrossTenants(context, async (tx) => {
      const terms = await this.renewals.readTerms(tx);
      let page = await this.renewals.peekDue(tx, BATCH_SIZE, undefined);
      while (page.length > 0) {
        for (const subscription of page) count(report, decide(subscription, terms, tx.now), []);
        page = await this.renewals.peekDue(tx, BATCH_SIZE, page.at(-1));
      }
    });
    return report;
  }

  /**
   * Renews the subscription of this business, if its period has ended, without waiting for the cron.
   * @throws 503 subscription_behind while more periods are missing than one run may close
   */
  async renewOne(context: RequestContext): Promise<void> {
    this.conclude(await this.database.transaction(context, (tx) => this.renew(tx)));
  }

  /** `renewOne` within a larger transaction. Call `conclude` after its commit, so that no refusal undoes it. */
  async renew(tx: Transaction): Promise<Decided[]> {
    let due = await this.renewals.claimDueOf(tx, tx.requireBusinessId());
    if (due === 'overdue') {
      await this.overdue.settleOne(tx);
      due = await this.renewals.claimDueOf(tx, tx.requireBusinessId()); // it may have moved to a plan whose periods are set here, long ago
    }
    return due && due !== 'overdue' ? this.settle(tx, [due]) : [];
  }

  /** Counts the result of `renew`. @throws 503 subscription_behind */
  conclude(decided: Decided[]): void {
    this.metrics.observe(decided);
    if (decided.some(({ decision }) => decision.isBehind))
      throw subscriptionBehind({ headers: { 'Retry-After': '60' } });
  }

  private findDue(context: RequestContext, after: string | null): Promise<string[]> {
    return this.acrossTenants(context, (tx) => this.renewals.findDue(tx, PAGE_SIZE, after));
  }

  /** Two batches at a time: while one is decided here, PostgreSQL works on the other. */
  private async renewPage(
    context: RequestContext,
    page: string[],
    settled: (decided: Decided[]) => void,
  ): Promise<void> {
    const batches = batchesOf(page); // shared: each lane takes the next batch
    const lane = async (): Promise<void> => {
      for (const batch of batches) settled(await this.renewBatch(context, batch));
    };
    const ends = await Promise.allSettled([lane(), lane()]);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** A counter that another program holds delays its own business alone, which is due again in the next run. */
  private async renewBatch(
    context: RequestContext,
    businessIds: string[],
    mayWait = true,
  ): Promise<Decided[]> {
    try {
      return await this.acrossTenants(context, async (tx) => {
        await tx.setLocal('lock_timeout', LOCK_TIMEOUT);
        const claimed = await this.renewals.claimDue(tx, businessIds);
        const due = mayWait ? claimed : await this.withoutHeld(tx, claimed);
        const decided = due.length > 0 ? await this.settle(tx, due) : [];
        if (decided.every(isPlain)) await tx.commitLazily(); // lost, they are due again, and the same rows are written
        return decided;
      });
    } catch (error) {
      if (!mayWait || !isLockTimeout(error)) throw error;
      return this.renewBatch(context, businessIds, false);
    }
  }

  private async withoutHeld(tx: Transaction, due: DueSubscription[]): Promise<DueSubscription[]> {
    const businessIds = due.map(({ businessId }) => businessId);
    const held = await this.counters.listHeld(tx, businessIds);
    return due.filter(({ businessId }) => !held.has(businessId));
  }

  private acrossTenants<T>(
    context: RequestContext,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.database.platform(context, 'renewal works across tenants', work);
  }

  private async settle(tx: Transaction, due: DueSubscription[]): Promise<Decided[]> {
    // 1. Load the state once; the subscriptions are claimed already.
    const terms = await this.renewals.readTerms(tx);
    const businessIds = due.map((subscription) => subscription.businessId);
    await this.renewals.lockCounters(tx, businessIds);
    // 2. Decide.
    const decided = due.map((subscription) => decide(subscription, terms, tx.now));
    const written = decided.map(toWrittenRenewal);
    // 3. Write.
    await this.renewals.write(tx, written);
    for (const renewal of written) this.news.note(tx, toNews(renewal));
    return decided;
  }

  private alarm(subscriptionIds: string[]): void {
    this.logger.error(
      `${subscriptionIds.length} subscriptions have more than ${MAXIMUM_PERIODS_A_RUN} ended periods; ` +
        `the next run continues. Check the clock of the database. First: ${subscriptionIds.slice(0, 5).join(', ')}`,
    );
  }
}

function toNews(renewal: WrittenRenewal): WrittenSubscription {
  const { businessId, subscriptionId, isPlain, next, closed } = renewal;
  const { status, planId, endedAt } = next;
  return {
    businessId,
    subscriptionId,
    status,
    planId,
    isPlain,
    isRenewed: !endedAt && closed.length > 0,
  };
}

function toWrittenRenewal(decided: Decided): WrittenRenewal {
  const { subscription, decision } = decided;
  return {
    businessId: subscription.businessId,
    subscriptionId: subscription.id,
    isPlain: isPlain(decided),
    next: decision.next,
    closed: decision.closed,
  };
}

/** Nothing but its period is another. */
function isPlain({ subscription, decision: { outcome, next } }: Decided): boolean {
  const isSame = next.status === subscription.status && !subscription.scheduledPlanId;
  return outcome === 'renewed' && isSame;
}

function decide(subscription: DueSubscription, terms: PlanTerms, now: Date): Decided {
  return { subscription, decision: decideRenewal(subscription, plansOf(subscription, terms), now) };
}

/** The part of the plans that a decision needs. */
export function plansOf(
  subscription: Pick<DueSubscription, 'planId' | 'planVersion' | 'scheduledPlanId'>,
  terms: PlanTerms,
): RenewalPlans {
  const { planId, planVersion, scheduledPlanId } = subscription;
  const current = terms.newest.get(planId)!; // both exist: foreign keys
  const running = terms.byVersion.get(versionKey(planId, planVersion))!;
  return {
    current,
    currentInterval: running.interval,
    currentIsFree: running.isFree,
    scheduled: scheduledPlanId ? terms.newest.get(scheduledPlanId)! : null,
    default: terms.default,
    hasProvider: terms.hasProvider,
  };
}

function* batchesOf(businessIds: string[]): Generator<string[]> {
  for (let first = 0; first < businessIds.length; first += BATCH_SIZE)
    yield businessIds.slice(first, first + BATCH_SIZE);
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
