import { Inject, Injectable } from '@nestjs/common';
import type { AllocatedFeature, MeteredFeature } from '../../common/features';
import { newId } from '../../common/ids';
import type { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import type { Transaction } from '../../platform/database/transaction';
import { MAXIMUM_AMOUNT, computeMeteredRemaining } from '../entitlements/usage';
import { featureNotFound } from '../features/features.errors';
import { quotaExceeded, subscriptionBehind } from '../subscriptions/subscriptions.errors';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import {
  eventIdConflict,
  eventNotFound,
  eventReserved,
  featureArchived,
  wrongFeatureKind,
} from './usage.errors';
import {
  UsageEventsRepository,
  type CountedEvent,
  type ReleasedEvent,
  type SentEvent,
} from './usage-events.repository';

/** A try ends with a period to be closed; the next one may end then, too. */
const MAXIMUM_TRIES = 3;

const LATER = { headers: { 'Retry-After': '5' } };

/** Counts in a transaction of this server: what rolls it back takes the count back, too. */
@Injectable()
export class UsageService {
  constructor(
    private readonly events: UsageEventsRepository,
    private readonly subscriptions: SubscriptionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Uses up `amount` units for the business of `tx`, exactly up to the limit, and holds the counter until the
   * transaction ends: consume several features in the order of their keys. Repeated with its `eventId` it counts once.
   * @param amount 1 to 10^9, in the smallest unit
   * @throws 402 quota_exceeded, 403 subscription_inactive, 409 event_id_conflict, 503 counter_busy, subscription_behind
   */
  async consume(
    tx: Transaction,
    feature: MeteredFeature | AllocatedFeature,
    amount = 1,
    { eventId = newId() }: { eventId?: string } = {},
  ): Promise<CountedEvent> {
    if (!Number.isInteger(amount) || amount < 1 || amount > MAXIMUM_AMOUNT)
      throw new Error(`an amount is an integer from 1 to ${MAXIMUM_AMOUNT}: ${amount}`);
    const businessId = tx.requireBusinessId();
    const way = { kind: 'consume' } as const;
    return this.count(tx, {
      ...{ businessId, feature: feature.key, eventId, amount, at: null, properties: null, way },
    });
  }

  /**
   * Gives back what the event took; released twice it counts once.
   * @throws 404 event_not_found, 409 event_reserved, 503 counter_busy
   */
  async release(
    tx: Transaction,
    feature: AllocatedFeature,
    { eventId }: { eventId: string },
  ): Promise<ReleasedEvent> {
    return assertReleased(await this.events.releaseIn(tx, feature.key, eventId));
  }

  /** Counts in the transaction of `tx`, after closing a period that has ended. */
  count(tx: Transaction, event: SentEvent): Promise<CountedEvent> {
    return this.countBy(tx, event, async () => (await this.events.countIn(tx, [event]))[0]!);
  }

  /** Counts by `ask`, and again where a period has ended, after closing it. */
  async countBy(
    context: RequestContext,
    event: SentEvent,
    ask: () => Promise<CountedEvent>,
  ): Promise<CountedEvent> {
    for (let tries = 1; tries <= MAXIMUM_TRIES; tries += 1) {
      const counted = await ask();
      if (counted.outcome !== 'not_running') return this.assertCounted(event, counted);
      await this.subscriptions.renewActive(context);
    }
    throw subscriptionBehind(LATER);
  }

  /** @throws the problem of an event that did not count */
  assertCounted(event: SentEvent, counted: CountedEvent): CountedEvent {
    switch (counted.outcome) {
      case 'counted':
      case 'exists':
        return counted;
      case 'refused':
        throw this.refusalOf(event, counted);
      case 'conflict':
        throw eventIdConflict();
      case 'unknown_feature':
        throw featureNotFound();
      case 'feature_kind':
        throw wrongFeatureKind();
      case 'feature_archived':
        throw featureArchived();
      case 'not_running':
        throw subscriptionBehind(LATER);
    }
  }

  private refusalOf(
    { feature, amount }: SentEvent,
    { counts, limit, resetsAt }: CountedEvent,
  ): DomainError {
    const granted = limit ?? Number.MAX_SAFE_INTEGER; // beyond it sums would not be exact
    const remaining = computeMeteredRemaining(counts, granted);
    const resets = resetsAt?.toISOString() ?? null;
    const explanation =
      `${counts.used} of ${granted} ${feature} are used, ${remaining} are left, and ${amount} were asked for.` +
      (resets ? ` The quota resets at ${resets}.` : '') +
      ' Upgrade to continue now.';
    return quotaExceeded({
      detail: explanation,
      members: {
        ...{ feature, used: counts.used, limit: granted, remaining, resetsAt: resets },
        upgradeUrl: this.config.upgradeUrl,
        explanation,
      },
    });
  }
}

/** @throws the problem of an event that was not released */
export function assertReleased(released: ReleasedEvent): ReleasedEvent {
  switch (released.outcome) {
    case 'counted':
    case 'exists':
      return released;
    case 'unknown_event':
      throw eventNotFound();
    case 'reserved':
      throw eventReserved();
    case 'unknown_feature':
      throw featureNotFound();
    case 'feature_kind':
      throw wrongFeatureKind();
  }
}
