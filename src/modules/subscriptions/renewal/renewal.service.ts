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
  takeAll,
  versionKey,
  type DueSubscription,
  type PlanTerms,
} from './renewal.repository';
import { toWrites, type RenewalWrites, type WrittenRenewal } from './renewal-writes';
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

/** What became of subscriptions: how many of each outcome, and the ids of those with more ended periods than one run closes. */
export interface Tally {
  outcomes: Record<RenewalOutcome, number>;
  behind: string[];
}

/** A subscription whose period had ended, and its outcome. */
interface Decided {
  subscription: DueSubscription;
  decision: RenewalDecision;
}

/** What is left of a batch when it is decided. */
interface Batch {
  tally: Tally;
  isPlain: boolean;
  writes: RenewalWrites;
  news: WrittenSubscription[];
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
    const total = emptyTally();
    const settled = (tally: Tally): void => {
      this.metrics.observe(tally.outcomes);
      add(total, tally);
      onProgress(processed(total));
    };
    for (let after: string | null = null, isMore = true; isMore;) {
      const page: string[] = await this.findDue(context, after);
      await this.renewPage(context, page, settled);
      after = page.at(-1) ?? null; // onwards: one that is behind is visited once per run
      isMore = page.length === PAGE_SIZE;
    }
    if (total.behind.length > 0) this.alarm(total.behind);
    return toReport(total);
  }

  /** How many subscriptions are due. */
  countDue(context: RequestContext): Promise<number> {
    return this.acrossTenants(context, (tx) => this.renewals.countDue(tx));
  }

  /** What `renewAll` would do now; changes nothing. */
  async preview(context: RequestContext): Promise<RenewalReport> {
    const total = emptyTally();
    await this.acrossTenants(context, async (tx) => {
      const terms = await this.renewals.readTerms(tx);
      let page = await this.renewals.peekDue(tx, BATCH_SIZE, undefined);
      while (page.length > 0) {
        add(total, tallyOf(decideAll(page, terms, tx.now)));
        page = await this.renewals.peekDue(tx, BATCH_SIZE, page.at(-1));
      }
    });
    return toReport(total);
  }

  /**
   * Renews the subscription of this business, if its period has ended, without waiting for the cron.
   * @throws 503 subscription_behind while more periods are missing than one run may close
   */
  async renewOne(context: RequestContext): Promise<void> {
    this.conclude(await this.database.transaction(context, (tx) => this.renew(tx)));
  }

  /** `renewOne` within a larger transaction. Call `conclude` after its commit, so that no refusal undoes it. */
  async renew(tx: Transaction): Promise<Tally> {
    let due = await this.renewals.claimDueOf(tx, tx.requireBusinessId());
    if (due === 'overdue') {
      await this.overdue.settleOne(tx);
      due = await this.renewals.claimDueOf(tx, tx.requireBusinessId()); // it may have moved to a plan whose periods are set here, long ago
    }
    if (!due || due === 'overdue') return emptyTally();
    const terms = await this.renewals.readTerms(tx);
    return this.write(tx, toBatch([due], terms, tx.now));
  }

  /** Counts the result of `renew`. @throws 503 subscription_behind */
  conclude({ outcomes, behind }: Tally): void {
    this.metrics.observe(outcomes);
    if (behind.length > 0) throw subscriptionBehind({ headers: { 'Retry-After': '60' } });
  }

  private findDue(context: RequestContext, after: string | null): Promise<string[]> {
    return this.acrossTenants(context, (tx) => this.renewals.findDue(tx, PAGE_SIZE, after));
  }

  /** Two batches at a time: while one is decided here, PostgreSQL works on the other. */
  private async renewPage(
    context: RequestContext,
    page: string[],
    settled: (tally: Tally) => void,
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
  ): Promise<Tally> {
    try {
      return await this.acrossTenants(context, async (tx) => {
        await tx.setLocal('lock_timeout', LOCK_TIMEOUT);
        const batch = await this.decideBatch(tx, businessIds, mayWait);
        const tally = await this.write(tx, batch);
        if (batch.isPlain) await tx.commitLazily(); // lost, they are due again, and the same rows are written
        return tally;
      });
    } catch (error) {
      if (!mayWait || !isLockTimeout(error)) throw error;
      return this.renewBatch(context, businessIds, false);
    }
  }

  private async decideBatch(
    tx: Transaction,
    businessIds: string[],
    mayWait: boolean,
  ): Promise<Batch> {
    const due = await this.claim(tx, businessIds, mayWait);
    const terms = await this.renewals.readTerms(tx); // after the lock: those of the versions that were claimed are there
    return toBatch(takeAll(due), terms, tx.now);
  }

  private async claim(
    tx: Transaction,
    businessIds: string[],
    mayWait: boolean,
  ): Promise<DueSubscription[]> {
    const due = await this.renewals.claimDue(tx, businessIds);
    if (mayWait) return due;
    const held = await this.counters.listHeld(
      tx,
      due.map(({ businessId }) => businessId),
    );
    return due.filter(({ businessId }) => !held.has(businessId));
  }

  private acrossTenants<T>(
    context: RequestContext,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.database.platform(context, 'renewal works across tenants', work);
  }

  private async write(tx: Transaction, { writes, news, tally }: Batch): Promise<Tally> {
    if (news.length === 0) return tally;
    await this.renewals.write(tx, writes);
    for (const each of news) this.news.note(tx, each);
    return tally;
  }

  private alarm(subscriptionIds: string[]): void {
    this.logger.error(
      `${subscriptionIds.length} subscriptions have more than ${MAXIMUM_PERIODS_A_RUN} ended periods; ` +
        `the next run continues. Check the clock of the database. First: ${subscriptionIds.slice(0, 5).join(', ')}`,
    );
  }
}

function toBatch(due: DueSubscription[], terms: PlanTerms, now: Date): Batch {
  const decided = decideAll(due, terms, now);
  const written = decided.map(toWrittenRenewal);
  return {
    tally: tallyOf(decided),
    isPlain: written.every(({ isPlain }) => isPlain),
    writes: toWrites(written),
    news: written.map(toNews),
  };
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

function decideAll(due: DueSubscription[], terms: PlanTerms, now: Date): Decided[] {
  return due.map((subscription) => ({
    subscription,
    decision: decideRenewal(subscription, plansOf(subscription, terms), now),
  }));
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

function emptyTally(): Tally {
  return { outcomes: { not_due: 0, renewed: 0, moved: 0, expired: 0, canceled: 0 }, behind: [] };
}

function tallyOf(decided: Decided[]): Tally {
  const tally = emptyTally();
  for (const { subscription, decision } of decided) {
    tally.outcomes[decision.outcome] += 1;
    if (decision.isBehind) tally.behind.push(subscription.id);
  }
  return tally;
}

function add(total: Tally, { outcomes, behind }: Tally): void {
  for (const outcome of Object.keys(outcomes) as RenewalOutcome[])
    total.outcomes[outcome] += outcomes[outcome];
  total.behind.push(...behind);
}

function processed({ outcomes: { renewed, moved, expired, canceled } }: Tally): number {
  return renewed + moved + expired + canceled;
}

function toReport({ outcomes, behind }: Tally): RenewalReport {
  const { renewed, moved, expired, canceled } = outcomes;
  return { renewed, moved, expired, canceled, behind: behind.length };
}
