import { Injectable } from '@nestjs/common';
import { cleanForeignText } from '../../common/foreign-text';
import { monotonicMs } from '../../common/clock';
import { newId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { OutboundClient, type OutboundAnswer } from '../../platform/outbound/outbound-client';
import { OutboundFailure } from '../../platform/outbound/outbound-failure';
import { JobHandler } from '../../platform/queue/job-handler.decorator';
import {
  DeliveriesRepository,
  type DueDelivery,
  type TriedDelivery,
} from './deliveries.repository';
import {
  decideAfterTry,
  decideDisabling,
  decideHealth,
  type EndpointHealth,
  type Try,
} from './delivery';
import { Disabling } from './disabling';
import { EndpointStatesRepository } from './endpoint-states.repository';
import { DELIVER, DELIVER_SLOW, EndpointWakeup, type EndpointPayload } from './endpoint-wakeup';
import type { WebhookEndpoint } from './webhook-endpoint.entity';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository';
import { WebhookEndpointsService } from './webhook-endpoints.service';
import { signWebhook } from './webhook-signatures';
import { WebhookMetrics } from './webhooks.metrics';

/** How many tries an unordered endpoint gets at once. */
const AT_ONCE = 16;
/** Then the others have a turn. */
const SLICE_MS = 10_000;
const MOST_TEXT_BYTES = 1_024;

/** The tries that one job makes at once. */
interface Round {
  endpoint: WebhookEndpoint;
  secrets: string[];
  health: EndpointHealth;
  due: DueDelivery[];
  now: Date;
}

/**
 * Sends what waits for one endpoint, in rounds: a short transaction records the last round and takes the next, and no
 * connection is held while answers are awaited. Only the holder of the endpoint's lease sends to it.
 */
@Injectable()
export class DeliverService {
  constructor(
    private readonly database: Database,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly service: WebhookEndpointsService,
    private readonly states: EndpointStatesRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly disabling: Disabling,
    private readonly wakeup: EndpointWakeup,
    private readonly client: OutboundClient,
    private readonly metrics: WebhookMetrics,
  ) {}

  @JobHandler(DELIVER, 'webhooks')
  deliver(context: RequestContext, payload: EndpointPayload): Promise<void> {
    return this.serve(context, payload);
  }

  @JobHandler(DELIVER_SLOW, 'webhooks_slow')
  deliverSlow(context: RequestContext, payload: EndpointPayload): Promise<void> {
    return this.serve(context, payload);
  }

  private async serve(
    job: RequestContext,
    { businessId, endpointId }: EndpointPayload,
  ): Promise<void> {
    const context = job.with({ businessId });
    const leaseId = newId();
    const endsAtMs = monotonicMs() + SLICE_MS;
    let round = await this.begin(context, endpointId, leaseId);
    while (round) {
      const outcomes = await this.tryAll(context, round);
      const isLast = monotonicMs() >= endsAtMs;
      round = await this.settle(context, round, outcomes, { leaseId, isLast });
    }
  }

  /** Null: nothing to send now, or another job sends. */
  private begin(
    context: RequestContext,
    endpointId: string,
    leaseId: string,
  ): Promise<Round | null> {
    return this.database.transaction(context, async (tx) => {
      const endpoint = await this.endpoints.find(tx, endpointId);
      if (endpoint?.status !== 'enabled') return null;
      const health = await this.states.acquire(tx, endpointId, leaseId);
      if (health) return this.next(tx, endpoint, health);
      await this.wakeup.afterLease(tx, endpointId);
      return null;
    });
  }

  private tryAll(context: RequestContext, round: Round): Promise<Try[]> {
    return Promise.all(round.due.map((delivery) => this.try(context, round, delivery)));
  }

  private async try(context: RequestContext, round: Round, delivery: DueDelivery): Promise<Try> {
    const { eventId: id, body } = delivery;
    const headers = signWebhook(round.secrets, { id, body, at: round.now });
    const startedAtMs = monotonicMs();
    const done = (result: Omit<Try, 'durationMs'>) => ({
      ...result,
      durationMs: monotonicMs() - startedAtMs,
    });
    try {
      const request = { method: 'POST' as const, url: round.endpoint.url, headers, body };
      const answer = await this.client.send(context, request);
      return done({ ...tryOf(answer), error: whyNot(answer) });
    } catch (error) {
      if (!(error instanceof OutboundFailure)) throw error;
      return done({ status: null, text: null, error: error.message, retryAfter: null });
    }
  }

  /** Records a round. @returns the next one; null: nothing more to send now */
  private async settle(
    context: RequestContext,
    round: Round,
    outcomes: Try[],
    { leaseId, isLast }: { leaseId: string; isLast: boolean },
  ): Promise<Round | null> {
    const { endpoint } = round;
    const settled = await this.database.transaction(context, async (tx) => {
      const before = await this.states.extend(tx, endpoint.id, leaseId);
      if (!before) return null; // another job has it: it makes these tries again
      const tried = toTried(round, outcomes, tx.now);
      await this.deliveries.recordTries(tx, tried);
      const health = decideHealth(before, outcomes, tx.now);
      await this.states.saveHealth(tx, endpoint.id, health);
      return { tried, next: await this.goOn(tx, endpoint, { health, outcomes, isLast }) };
    });
    for (const { after, outcome } of settled?.tried ?? []) this.metrics.observe(after, outcome);
    return settled?.next ?? null;
  }

  private async goOn(
    tx: Transaction,
    { id }: WebhookEndpoint,
    { health, outcomes, isLast }: { health: EndpointHealth; outcomes: Try[]; isLast: boolean },
  ): Promise<Round | null> {
    const endpoint = (await this.endpoints.lock(tx, id))!;
    const reason = decideDisabling(health, outcomes, tx.now);
    if (reason && endpoint.status === 'enabled') await this.disabling.disable(tx, endpoint, reason);
    else if (endpoint.status === 'disabled') await this.deliveries.giveUp(tx, id);
    else return isLast ? this.rest(tx, endpoint) : this.next(tx, endpoint, health);
    await this.states.release(tx, id);
    return null;
  }

  private async next(
    tx: Transaction,
    endpoint: WebhookEndpoint,
    health: EndpointHealth,
  ): Promise<Round | null> {
    const options = { isOrdered: endpoint.ordered, most: AT_ONCE };
    const due = await this.deliveries.listDue(tx, endpoint.id, options);
    if (due.length === 0) return this.rest(tx, endpoint);
    const secrets = this.service.openSecrets(endpoint, tx.now);
    return { endpoint, secrets, health, due, now: tx.now };
  }

  /**
   * Ends the job; another comes when the next try is due. The lease is released first: a job that finds it held has
   * enqueued nothing that this one does not see.
   */
  private async rest(tx: Transaction, { id, ordered }: WebhookEndpoint): Promise<null> {
    await this.states.release(tx, id);
    const next = await this.deliveries.findNextTry(tx, id, ordered);
    if (next) await this.wakeup.at(tx, id, next);
    return null;
  }
}

function toTried({ due }: Round, outcomes: readonly Try[], now: Date): TriedDelivery[] {
  return due.map(({ id, tries }, index) => {
    const outcome = outcomes[index]!;
    return { id, outcome, after: decideAfterTry(outcome, tries + 1, now) };
  });
}

function tryOf(answer: OutboundAnswer): Pick<Try, 'status' | 'text' | 'retryAfter'> {
  const { 'retry-after': retryAfter } = answer.headers;
  const asked = typeof retryAfter === 'string' ? retryAfter : null;
  return { status: answer.status, text: textOf(answer), retryAfter: asked };
}

/** What an allowed private network answers is not for tenants to read. */
function textOf({ body, isInternal }: OutboundAnswer): string | null {
  return isInternal ? null : cleanForeignText(body.subarray(0, MOST_TEXT_BYTES).toString()) || null;
}

/** What its status alone does not say. */
function whyNot({ status, headers }: OutboundAnswer): string | null {
  return status >= 300 && status < 400 && headers.location ? 'Redirects are not followed.' : null;
}
