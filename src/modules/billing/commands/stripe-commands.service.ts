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
/** A process that lives has finished long before. */
const FINISHED_AFTER_MS = 30_000;
/** Older than that, whoever asks for something else does not wait for the job. */
const WAITED_FOR_MS = 5 * 60_000;
const ONE_HOUR_MS = 3_600_000;
/** Nobody means it any more, and Stripe forgets its key after 24. */
const FORGOTTEN_AFTER_HOURS = 23;
const REASON = 'Stripe knows customers, not tenants';

/**
 * Operations: commands on their way to Stripe. A row before the first call, whose id is the key of the calls; a job
 * settles what a process has not come back to. So nothing is done twice, and nothing stays open.
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
   * Whether the one on its way is this very command, which a second click joins. One that has been there for five
   * minutes is settled instead. @throws 409 billing_busy
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
   * Writes a command down, or finds what is on its way. @param tx holds the account
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

  /** Finishes what a process has begun and not come back to. */
  @JobHandler(FINISH)
  async settleLater(
    context: RequestContext,
    { businessId }: { businessId: string },
  ): Promise<void> {
    const ours = context.with({ businessId });
    const [pending, now] = await this.database.transaction(ours, async (tx) => [
      await this.operations.findPending(tx),
      tx.now,
    ]);
    if (pending) await this.settle(ours, pending, now);
  }

  /**
   * Makes the calls, each under a key that stays the same when it is repeated, and looks at what came of it. What Stripe
   * refuses is over; what it did not answer is settled by the job. Each hour has other keys, since Stripe repeats under
   * one whatever it answered first, a failure of its own too.
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
    return this.look(context);
  }

  /** Ours follows, and what was asked for is done: in one transaction, by whoever comes first. */
  async finish(
    tx: Transaction,
    stripeCommand: StripeCommand,
    seen: CustomerSnapshot,
    outcome: 'done' | 'refused' = 'done',
  ): Promise<SubscriptionView> {
    const { request } = stripeCommand;
    await this.database.platform(tx, REASON, async (platform) => {
      const ours = platform.with({ businessId: stripeCommand.businessId });
      const isDone =
        (await this.operations.finish(ours, stripeCommand, outcome)) && outcome === 'done';
      if (isDone) await this.clearPreviewAndAssignment(ours, stripeCommand);
      await this.applyKnown(ours, seen);
      if (isDone && request.kind === 'assign') await this.changes.complete(ours, request);
    });
    return this.subscriptions.getCurrent(tx);
  }

  /**
   * Brings ours to what a look has seen.
   * @throws 409 payment_provider_refused for a price that is none of ours, 409 payment_provider_state_unknown
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
  private async look(context: RequestContext): Promise<CustomerSnapshot> {
    const round = await this.database.platform(context, REASON, (tx) =>
      this.accounts.beginOwnRound(tx),
    );
    if (!round) throw new Error('a subscription follows Stripe, and its account has no customer');
    return this.sync.ask(context, round);
  }

  /**
   * Looks first. What Stripe has taken is done; what it has not is made only if nothing has changed there since it was
   * decided: whoever has asked for something else meanwhile means that.
   */
  private async settle(
    context: RequestContext,
    stripeCommand: StripeCommand,
    now: Date,
  ): Promise<void> {
    const seen = await this.look(context);
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

  /** Nothing is canceled for a plan that cannot be given any more. */
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

  /** What cannot be finished must not keep the business from everything else; ours follows what is there all the same. */
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

  /** A preview was made for what was before; and what takes effect now takes the place of what staff gave. */
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

  /** Stripe knows no keys for cancellations: what is gone already was canceled by the call that is repeated. */
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

/** Whether Stripe, or a rule of ours, has said no; otherwise it may have been done. */
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
