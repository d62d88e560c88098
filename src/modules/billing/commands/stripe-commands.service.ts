import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../../../common/problem';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { JobHandler } from '../../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../../platform/queue/job-queue';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import {
  paymentProviderRefused,
  paymentProviderStateUnknown,
} from '../../../platform/stripe/stripe.errors';
import { ChangesService } from '../../subscriptions/changes/changes.service';
import type { SubscriptionCommand } from '../../subscriptions/changes/payments';
import type { SubscriptionView } from '../../subscriptions/decisions/subscription-view';
import { billingBusy } from '../../subscriptions/subscriptions.errors';
import { SubscriptionsRepository } from '../../subscriptions/subscriptions.repository';
import { SubscriptionsService } from '../../subscriptions/subscriptions.service';
import { BillingAccountsRepository } from '../records/billing-accounts.repository';
import { CatalogService } from '../catalog/catalog.service';
import {
  StripeCommandsRepository,
  type StripeCommand,
} from '../records/stripe-commands.repository';
import { factsOf, outcomeOf, type StripeCall } from '../stripe/stripe-calls';
import { UnknownStripePrice, SyncService, type CustomerSnapshot } from '../sync/sync.service';
import { UnknownAtStripe, type StripeSnapshot } from '../stripe/stripe-snapshot';

const FINISH = 'billing.finish_operation';
/** A live process has finished long before. */
const FINISHED_AFTER_MS = 30_000;
/** Past this age, another request settles it instead of waiting for the job. */
const WAITED_FOR_MS = 5 * 60_000;
const ONE_HOUR_MS = 3_600_000;
/** Give up at 23 h: Stripe drops idempotency keys after 24 h. */
const FORGOTTEN_AFTER_HOURS = 23;
const REASON = 'Stripe knows customers, not tenants';

/**
 * Commands in flight to Stripe. A row is written before the first call, and its id is the idempotency key of the calls;
 * a job settles commands that their process has not finished. So no call takes effect twice, and none stays open.
 */
@Injectable()
export class StripeCommandsService {
  private readonly logger = new Logger(StripeCommandsService.name);

  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly queue: JobQueue,
    private readonly sync: SyncService,
    private readonly catalog: CatalogService,
    private readonly accounts: BillingAccountsRepository,
    private readonly operations: StripeCommandsRepository,
    private readonly changes: ChangesService,
    private readonly subscriptions: SubscriptionsService,
    private readonly repository: SubscriptionsRepository,
  ) {}

  /**
   * Whether the command in flight is this very command, which a second click joins. One older than five minutes is
   * settled instead. @throws 409 billing_busy
   */
  async isJoined(
    context: RequestContext,
    { pending, now }: { pending: StripeCommand; now: Date },
    command: SubscriptionCommand,
  ): Promise<boolean> {
    const isOld = now.getTime() - pending.createdAt.getTime() > WAITED_FOR_MS;
    if (!isOld && !isSame(pending.request, command))
      throw billingBusy({ headers: { 'Retry-After': '5' } });
    if (isOld) await this.settle(context, pending, now);
    return !isOld;
  }

  /**
   * Writes a command, or finds the one in flight. @param tx holds the account
   * @returns null where there is nothing to call @throws 409 billing_busy
   */
  async begin(
    tx: Transaction,
    command: SubscriptionCommand,
    calls: StripeCall[],
    snapshot: StripeSnapshot,
  ): Promise<StripeCommand | null> {
    if (calls.length === 0) return null;
    const pending = await this.operations.findPending(tx);
    if (pending && !isSame(pending.request, command))
      throw billingBusy({ headers: { 'Retry-After': '5' } });
    if (pending) return pending;
    const stripeCommand = await this.operations.insert(tx, command, calls, factsOf(snapshot));
    const { id, businessId } = stripeCommand;
    const runAt = new Date(tx.now.getTime() + FINISHED_AFTER_MS);
    await this.queue.enqueue(tx, FINISH, { businessId }, { key: `${FINISH}:${id}`, runAt });
    return stripeCommand;
  }

  /** Finishes a command that its process has left. */
  @JobHandler(FINISH)
  async settleLater(
    context: RequestContext,
    { businessId }: { businessId: string },
  ): Promise<void> {
    const tenant = context.with({ businessId });
    const [pending, now] = await this.database.transaction(tenant, async (tx) => [
      await this.operations.findPending(tx),
      tx.now,
    ]);
    if (pending) await this.settle(tenant, pending, now);
  }

  /**
   * Makes the calls, each with an idempotency key that a retry repeats, and reads the result. A refusal by Stripe is
   * final; a call without an answer is settled by the job. Keys change each hour, since Stripe replays its first answer
   * for a key, even its own failure.
   * @throws as `StripeApi.call`
   */
  async perform(
    context: RequestContext,
    stripeCommand: StripeCommand,
    ageHours = 0,
  ): Promise<CustomerSnapshot> {
    try {
      for (const [index, call] of stripeCommand.calls.entries())
        await this.make(call, `tenantry_operation_${stripeCommand.id}_${index}_${ageHours}`);
    } catch (error) {
      if (isFinal(error)) await this.refuse(context, stripeCommand);
      throw error;
    }
    return this.fetchSnapshot(context);
  }

  /** Reconciles and completes the request in one transaction; of concurrent callers, one does it. */
  async finish(
    tx: Transaction,
    stripeCommand: StripeCommand,
    seen: CustomerSnapshot,
    outcome: 'done' | 'refused' = 'done',
  ): Promise<SubscriptionView> {
    const { request } = stripeCommand;
    await this.database.platform(tx, REASON, async (platform) => {
      const tenant = platform.with({ businessId: stripeCommand.businessId });
      const isDone =
        (await this.operations.finish(tenant, stripeCommand, outcome)) && outcome === 'done';
      if (isDone) await this.clearPreviewAndAssignment(tenant, stripeCommand);
      await this.applyKnown(tenant, seen);
      if (isDone && request.kind === 'assign') await this.changes.complete(tenant, request);
    });
    return this.subscriptions.getCurrent(tx);
  }

  /**
   * Reconciles with a snapshot.
   * @throws 409 payment_provider_refused for an unknown price, 409 payment_provider_state_unknown
   */
  async applyKnown(tx: Transaction, seen: CustomerSnapshot): Promise<void> {
    try {
      await this.sync.apply(tx, seen);
    } catch (error) {
      if (error instanceof UnknownAtStripe) {
        this.logger.error(error.message);
        throw paymentProviderStateUnknown({ cause: error });
      }
      if (!(error instanceof UnknownStripePrice)) throw error;
      const detail = 'At Stripe the subscription has a price that belongs to no plan.';
      throw paymentProviderRefused({ detail, cause: error });
    }
  }

  /** @throws Error where there is no customer */
  private async fetchSnapshot(context: RequestContext): Promise<CustomerSnapshot> {
    const round = await this.database.platform(context, REASON, (tx) =>
      this.accounts.beginOwnRound(tx),
    );
    if (!round) throw new Error('a subscription follows Stripe, and its account has no customer');
    return this.sync.ask(context, round);
  }

  /**
   * Reads Stripe first. Calls that took effect are done; the others are made only if nothing has changed there since
   * the decision: a later change is what the customer wants.
   */
  private async settle(
    context: RequestContext,
    stripeCommand: StripeCommand,
    now: Date,
  ): Promise<void> {
    const seen = await this.fetchSnapshot(context);
    const snapshot = seen.snapshots.find(({ id }) =>
      stripeCommand.calls.some((call) => call.id === id),
    );
    const state = snapshot ? outcomeOf(stripeCommand, snapshot) : 'over';
    const ageHours = Math.floor((now.getTime() - stripeCommand.createdAt.getTime()) / ONE_HOUR_MS);
    const isMeant =
      ageHours < FORGOTTEN_AFTER_HOURS && (await this.canStill(context, stripeCommand));
    if (state === 'undone' && isMeant) {
      const after = await this.perform(context, stripeCommand, ageHours);
      return this.end(context, stripeCommand, after, 'done');
    }
    await this.end(context, stripeCommand, seen, state === 'done' ? 'done' : 'refused');
  }

  /** Nothing is canceled for a plan that can no longer be assigned. */
  private canStill(context: RequestContext, { request }: StripeCommand): Promise<boolean> {
    if (request.kind !== 'assign') return Promise.resolve(true);
    return this.database.transaction(context, (tx) =>
      this.changes.getAssignable(tx, request.planId).then(
        () => true,
        (error: unknown) => {
          if (isFinal(error)) return false;
          throw error;
        },
      ),
    );
  }

  /** A command that cannot be finished must not block the business; the subscription is reconciled all the same. */
  private async end(
    context: RequestContext,
    stripeCommand: StripeCommand,
    seen: CustomerSnapshot,
    outcome: 'done' | 'refused',
  ): Promise<void> {
    try {
      await this.database.transaction(context, (tx) =>
        this.finish(tx, stripeCommand, seen, outcome),
      );
    } catch (error) {
      if (!isFinal(error)) throw error;
      this.logger.error(
        `stripeCommand ${stripeCommand.id} ends undone: ${(error as Error).message}`,
      );
      if (outcome === 'done') await this.end(context, stripeCommand, seen, 'refused');
      else await this.refuse(context, stripeCommand);
    }
  }

  private refuse(context: RequestContext, stripeCommand: StripeCommand): Promise<boolean> {
    return this.database.transaction(context, (tx) =>
      this.operations.finish(tx, stripeCommand, 'refused'),
    );
  }

  /** A preview was made for the state before; and a change that takes effect now replaces an assignment by staff. */
  private async clearPreviewAndAssignment(
    tx: Transaction,
    { request, calls }: StripeCommand,
  ): Promise<void> {
    if (request.kind !== 'change') return;
    await this.accounts.forgetPreview(tx);
    const isNow = calls.some(
      (call) => call.call === 'update' && call.parameters.proration_behavior === 'always_invoice',
    );
    if (isNow) await this.repository.takeBackAssignment(tx);
  }

  /** Stripe has no idempotency keys for cancellations: if it is gone, the repeated call canceled it. */
  private async make({ id, ...call }: StripeCall, idempotencyKey: string): Promise<void> {
    if (call.call === 'cancel')
      await this.stripe.find((stripe) => stripe.subscriptions.cancel(id, call.parameters));
    else {
      for (const { price } of call.parameters.items ?? [])
        if (price) await this.catalog.activatePrice(price);
      await this.stripe.call((stripe) =>
        stripe.subscriptions.update(id, call.parameters, { idempotencyKey }),
      );
    }
  }
}

/** Whether Stripe or a local rule has refused; otherwise the call may have taken effect. */
function isFinal(error: unknown): boolean {
  return error instanceof DomainError && error.definition.kind !== 'unavailable';
}

function isSame(one: SubscriptionCommand, other: SubscriptionCommand): boolean {
  const text = (command: SubscriptionCommand): string => {
    const said = Object.entries(command).filter(([, value]) => value !== undefined);
    return JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return text(one) === text(other);
}
