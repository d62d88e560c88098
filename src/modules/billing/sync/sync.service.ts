import { Injectable, Logger } from '@nestjs/common';
import { isId } from '../../../common/ids';
import { messageOf } from '../../../common/foreign-text';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { JobHandler } from '../../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../../platform/queue/job-queue';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import type { EventDefinition } from '../../../common/events';
import { EventsService } from '../../events/events.service';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { PlansService } from '../../plans/plans.service';
import { cancel } from '../../subscriptions/decisions/life-cycle';
import type { Subscription } from '../../subscriptions/subscription.entity';
import { isEnded } from '../../subscriptions/decisions/subscription-view';
import { SubscriptionsRepository } from '../../subscriptions/subscriptions.repository';
import { SubscriptionsService } from '../../subscriptions/subscriptions.service';
import { invoicePaid, invoicePaymentFailed, type InvoiceData } from '../billing.events';
import { BillingAccountsRepository, type SyncRound } from '../records/billing-accounts.repository';
import { CheckoutsRepository } from '../records/checkouts.repository';
import { nextReconcileStep, type ReconcileSetup } from './reconcile';
import { InboxRepository } from '../records/inbox.repository';
import { MAXIMUM_TRIES } from '../records/inbox-event';
import { DuplicateSubscriptionsService, duplicatesOf } from './duplicate-subscriptions.service';
import { PricesRepository } from '../records/prices.repository';
import {
  readAll,
  type ListedSubscriptions,
  type StripeSnapshot,
  type UnknownAtStripe,
} from '../stripe/stripe-snapshot';

/** Events of Stripe that are events here. */
const OF_INVOICES: Partial<Record<string, EventDefinition<InvoiceData>>> = {
  'invoice.paid': invoicePaid,
  'invoice.payment_failed': invoicePaymentFailed,
};

const SYNC = 'billing.sync';
const REASON = 'Stripe knows customers, not tenants';
/** Fifteen missed periods, as in a renewal, and the steps before and after them. */
const MAXIMUM_STEPS = 18;

/** Stripe's answer about a customer, and the round that read it. */
export interface CustomerSnapshot extends ListedSubscriptions {
  round: SyncRound;
  isDeleted: boolean;
}

/** A local subscription, and its state after reconciliation; or another difference. */
export interface Difference {
  stripeSubscriptionId: string;
  before: Subscription;
  after: Subscription | string;
}

/** A price that was not created by this installation: staff must act. */
export class UnknownStripePrice extends Error {}

/**
 * Reconciles local subscriptions with Stripe. Events only trigger it: the snapshot decides, so order, repetition and
 * loss of events do not matter.
 */
@Injectable()
export class SyncService {
  private readonly logger = new Logger(SyncService.name);

  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly queue: JobQueue,
    private readonly accounts: BillingAccountsRepository,
    private readonly inbox: InboxRepository,
    private readonly prices: PricesRepository,
    private readonly duplicates: DuplicateSubscriptionsService,
    private readonly checkouts: CheckoutsRepository,
    private readonly plans: PlansService,
    private readonly subscriptions: SubscriptionsService,
    private readonly repository: SubscriptionsRepository,
    private readonly events: EventsService,
  ) {}

  /** Enqueues a reconciliation; one that waits already serves for both. */
  enqueue(tx: Transaction, customerId: string): Promise<void> {
    const options = { key: `${SYNC}:${customerId}`, maximumTries: MAXIMUM_TRIES };
    return this.queue.enqueue(tx, SYNC, { customerId }, options);
  }

  @JobHandler(SYNC)
  async sync(context: RequestContext, { customerId }: { customerId: string }): Promise<void> {
    const seen = await this.fetch(context, customerId);
    if (!seen) return this.ignore(context, customerId);
    try {
      await this.database.platform(context, REASON, (tx) =>
        this.apply(tx.with({ businessId: seen.round.businessId }), seen),
      );
      if (seen.unknown[0]) throw seen.unknown[0];
    } catch (error) {
      await this.noteFailure(context, seen.round.eventIds, error);
      throw error;
    }
  }

  /** Reads Stripe. @returns null for an unknown customer @throws as `StripeApi.call` */
  async fetch(context: RequestContext, customerId: string): Promise<CustomerSnapshot | null> {
    const round = await this.database.platform(context, REASON, (tx) =>
      this.accounts.beginRound(tx, customerId),
    );
    return round && this.ask(context, round);
  }

  /** Reads Stripe for a round that has begun, outside any transaction. */
  async ask(context: RequestContext, round: SyncRound): Promise<CustomerSnapshot> {
    try {
      return { round, ...(await this.retrieve(round.customerId)) };
    } catch (error) {
      await this.noteFailure(context, round.eventIds, error);
      throw error;
    }
  }

  /**
   * Applies a snapshot, unless a newer one was applied; the effect and the mark of its events are one transaction. With
   * an unknown state the events stay unhandled, so that staff see it.
   * @param tx in platform scope, with the business
   * @throws UnknownAtStripe where it is the followed subscription
   */
  async apply(tx: Transaction, { round, isDeleted, ...listed }: CustomerSnapshot): Promise<void> {
    const { number, customerId, eventIds } = round;
    if (await this.accounts.endRound(tx, number)) {
      if (isDeleted) await this.accounts.markDeleted(tx);
      if (!(await this.followAll(tx, listed, isDeleted))) return this.enqueue(tx, customerId);
      await this.endOthers(tx, listed.snapshots);
    }
    if (listed.unknown.length > 0) return;
    for (const { type, objectId } of await this.inbox.markHandled(tx, eventIds, 'applied')) {
      const definition = OF_INVOICES[type];
      if (definition && objectId) this.events.append(tx, definition, { invoiceId: objectId });
    }
  }

  /** Ends everything that would be charged beside the followed subscription. */
  private async endOthers(tx: Transaction, snapshots: StripeSnapshot[]): Promise<void> {
    const { businessId, stripeSubscriptionId, status } = await this.repository.getCurrent(tx);
    const followed = isEnded({ status }) ? null : stripeSubscriptionId;
    const own = { businessId, planPrices: await this.prices.listKnown(tx, snapshots) };
    if (duplicatesOf(snapshots, own, followed, false).length > 0)
      await this.duplicates.enqueue(tx, false);
  }

  /** The differences, for `billing:verify`: the next local step, and everything charged beside it. */
  async compare(
    tx: Transaction,
    { snapshots, unknown }: ListedSubscriptions,
  ): Promise<Difference[]> {
    const before = await this.repository.getCurrent(tx);
    const unread = unknown.map(({ subscriptionId, message }) => ({
      stripeSubscriptionId: subscriptionId,
      before,
      after: message,
    }));
    if (findUnknown(before, unknown)) return unread;
    const snapshot = choose(before, await this.soldFirst(tx, snapshots));
    // Without a paid one, the duplicate is the one that was left when the grace ended.
    const others = snapshot ? snapshots.filter((each) => each !== snapshot && isCharged(each)) : [];
    const second = others.map(({ id }) => ({
      stripeSubscriptionId: id,
      before,
      after: 'a duplicate subscription is charged: cancel it at Stripe',
    }));
    const found: Difference[] = [...unread, ...second];
    if (!snapshot) return isOrphaned(before, snapshots) ? [...found, missing(before)] : found;
    const after = await this.next(tx, before, snapshot);
    return after ? [...found, { stripeSubscriptionId: snapshot.id, before, after }] : found;
  }

  /** The state after the next step, or why there is none. */
  private async next(
    tx: Transaction,
    before: Subscription,
    snapshot: StripeSnapshot,
  ): Promise<Difference['after'] | null> {
    try {
      const write = nextReconcileStep(await this.setup(tx, before, snapshot), snapshot, tx.now);
      return write && { ...write.next, ...write.successor };
    } catch (error) {
      if (error instanceof UnknownStripePrice) return error.message;
      throw error;
    }
  }

  private async retrieve(customerId: string): Promise<Omit<CustomerSnapshot, 'round'>> {
    const [customer, subscriptions] = await Promise.all([
      this.stripe.find((stripe) => stripe.customers.retrieve(customerId)),
      this.stripe.find((stripe) =>
        stripe.subscriptions.list({ customer: customerId, status: 'all', limit: 100 }),
      ),
    ]);
    return {
      isDeleted: !customer || customer.deleted === true,
      ...readAll(subscriptions?.data ?? []),
    };
  }

  /** @returns false when more steps remain than one transaction should take */
  private async followAll(
    tx: Transaction,
    { snapshots, unknown }: ListedSubscriptions,
    isDeleted: boolean,
  ): Promise<boolean> {
    const candidates = await this.soldFirst(tx, snapshots);
    for (let steps = 0; steps < MAXIMUM_STEPS; steps += 1) {
      const subscription = await this.lock(tx);
      const cause = findUnknown(subscription, unknown);
      if (cause) throw cause;
      const now = await this.subscriptions.readTime(tx, subscription);
      if (isDeleted && isOrphaned(subscription, snapshots)) {
        await this.repository.write(tx, cancel(subscription, 'now', now));
        continue;
      }
      const snapshot = choose(subscription, candidates);
      const write =
        snapshot && nextReconcileStep(await this.setup(tx, subscription, snapshot), snapshot, now);
      if (!write) return true;
      await this.repository.write(tx, write);
      if (write.successor) await this.endOthersPages(tx);
    }
    return false;
  }

  /** A subscription created by hand at Stripe for something else does not hide one that pays for a plan. */
  private async soldFirst(tx: Transaction, snapshots: StripeSnapshot[]): Promise<StripeSnapshot[]> {
    if (snapshots.length < 2) return snapshots;
    const known = await this.prices.listKnown(tx, snapshots);
    const sold = snapshots.filter(({ priceId }) => known.has(priceId));
    return [...sold, ...snapshots.filter((snapshot) => !sold.includes(snapshot))];
  }

  /** An open page could be paid as well. */
  private async endOthersPages(tx: Transaction): Promise<void> {
    await this.checkouts.closeAll(tx);
    await this.duplicates.enqueue(tx, false);
  }

  /** Renewed first, but not where Stripe sets the periods: those come with the steps. */
  private async lock(tx: Transaction): Promise<Subscription> {
    const subscription = await this.repository.lockCurrent(tx);
    const current = subscription.runsUntil
      ? subscription
      : await this.subscriptions.lockRenewed(tx);
    await this.repository.lockCounters(tx);
    return current;
  }

  private async setup(
    tx: Transaction,
    subscription: Subscription,
    snapshot: StripeSnapshot,
  ): Promise<ReconcileSetup> {
    const { planId, planVersion } = subscription;
    const plan = await this.plans.getVersion(tx, planId, planVersion);
    // Mostly all of them are this plan, which is read once.
    const newest = plan.version === planVersion ? plan : await this.plans.getNewest(tx, planId);
    const { nextPlanId } = snapshot.intent;
    return {
      subscription,
      plan,
      paid: snapshot.state === 'ended' ? plan : await this.getPaid(tx, snapshot, plan),
      next: nextPlanId && isId(nextPlanId) ? await this.plans.findNewest(tx, nextPlanId) : null,
      newest,
      fallback: newest.isDefault ? newest : await this.plans.getDefault(tx),
    };
  }

  /**
   * In platform scope: the plan of the price at Stripe.
   * @param known is not read again
   * @throws UnknownStripePrice
   */
  async getPaid(
    tx: Transaction,
    { priceId, id }: StripeSnapshot,
    known?: PlanWithTerms,
  ): Promise<PlanWithTerms> {
    const price = await this.prices.find(tx, priceId);
    if (!price)
      throw new UnknownStripePrice(
        `${id} has the price ${priceId}, which belongs to no plan of this installation`,
      );
    const { planId, planVersion } = price;
    const isKnown = known?.id === planId && known.terms.version === planVersion;
    return isKnown ? known : this.plans.getVersion(tx, planId, planVersion);
  }

  /** A customer of another application on the same Stripe account. */
  private async ignore(context: RequestContext, customerId: string): Promise<void> {
    await this.database.platform(context, REASON, async (tx) => {
      const ids = await this.inbox.listWaitingOf(tx, customerId);
      await this.inbox.markHandled(tx, ids, 'ignored');
    });
  }

  /** For staff, with the events that had no effect. */
  async noteFailure(context: RequestContext, ids: string[], error: unknown): Promise<void> {
    const reason = messageOf(error); // Stripe's words
    this.logger.warn(`events stay unhandled: ${reason}`);
    await this.database
      .platform(context, REASON, (tx) => this.inbox.noteFailure(tx, ids, reason))
      .catch(() => undefined); // the error itself is what the job ends with
  }
}

/** Why the followed subscription cannot be read. */
function findUnknown(
  subscription: Subscription,
  unknown: UnknownAtStripe[],
): UnknownAtStripe | undefined {
  const { stripeSubscriptionId: id } = subscription;
  return isEnded(subscription) ? undefined : unknown.find((each) => each.subscriptionId === id);
}

/** Whether it follows a subscription that was deleted with its customer. */
function isOrphaned(subscription: Subscription, snapshots: StripeSnapshot[]): boolean {
  const { stripeSubscriptionId: id } = subscription;
  return id !== null && !isEnded(subscription) && !snapshots.some((snapshot) => snapshot.id === id);
}

function missing(before: Subscription): Difference {
  const stripeSubscriptionId = before.stripeSubscriptionId!; // an orphan follows one
  return { stripeSubscriptionId, before, after: 'Stripe no longer has it' };
}

function isCharged({ state, isPaused }: StripeSnapshot): boolean {
  return (state === 'paid' || state === 'unpaid') && !isPaused;
}

/** The followed one; else the newest paid one. */
export function choose(
  subscription: Subscription,
  snapshots: StripeSnapshot[],
): StripeSnapshot | null {
  const followed = snapshots.find(({ id }) => id === subscription.stripeSubscriptionId);
  if (followed && !isEnded(subscription)) return followed;
  return snapshots.find(({ state, isPaused }) => state === 'paid' && !isPaused) ?? null; // Stripe lists the newest first
}
