import { Injectable } from '@nestjs/common';
import { newId, PLATFORM_ID } from '../../common/ids';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { Scheduled } from '../../platform/scheduler/scheduled.decorator';
import { hoursBefore } from '../../common/clock';
import { DeliveriesRepository } from './deliveries.repository';
import type { Delivery } from './delivery';
import { DispatchService } from './dispatch.service';
import type { ListWebhookDeliveriesQuery } from './dto/webhook-delivery';
import { EndpointStatesRepository } from './endpoint-states.repository';
import { EndpointWakeup } from './endpoint-wakeup';
import type { WebhookEndpoint } from './webhook-endpoint.entity';
import { WebhookEndpointsService } from './webhook-endpoints.service';
import {
  webhookDeliveryNotFound,
  webhookEndpointDisabled,
  webhookReplayRunning,
} from './webhooks.errors';

const IN_FUTURE = { pointer: '/since', code: 'past', detail: 'must not be in the future' };
const TEST_TYPE = 'webhook_endpoint.test';
/** An endpoint that no job serves for so long is woken again. */
const OVERDUE_HOURS = 1 / 60;

/** What was sent to an endpoint, and what is sent on request. */
@Injectable()
export class WebhookDeliveriesService {
  constructor(
    private readonly database: Database,
    private readonly endpoints: WebhookEndpointsService,
    private readonly deliveries: DeliveriesRepository,
    private readonly states: EndpointStatesRepository,
    private readonly wakeup: EndpointWakeup,
    private readonly dispatcher: DispatchService,
  ) {}

  /** Newest first, one more than `limit`. @throws 404 webhook_endpoint_not_found */
  async list(
    context: RequestContext,
    endpointId: string,
    query: ListWebhookDeliveriesQuery,
  ): Promise<Delivery[]> {
    return this.endpoints.inScope(context, async (tx) => {
      await this.endpoints.get(tx, endpointId);
      return this.deliveries.list(tx, endpointId, query);
    });
  }

  /** Sends an event that never happened. @throws 404 webhook_endpoint_not_found, 409 webhook_endpoint_disabled */
  test(context: RequestContext, endpointId: string): Promise<Delivery> {
    return this.endpoints.change(context, async (tx) => {
      await this.lockEnabled(tx, endpointId);
      const eventId = newId();
      const body = JSON.stringify(aTest(tx, endpointId));
      const test = { eventId, eventType: TEST_TYPE, eventSequence: null, body };
      await this.deliveries.insert(tx, endpointId, [test]);
      await this.wakeup.now(tx, endpointId);
      return this.deliveries.findOfEvent(tx, endpointId, eventId);
    });
  }

  /**
   * Tries a delivery again at once, whatever became of it.
   * @throws 404 webhook_delivery_not_found, 409 webhook_endpoint_disabled
   */
  redeliver(context: RequestContext, id: string): Promise<Delivery> {
    return this.endpoints.change(context, async (tx) => {
      const found = await this.deliveries.find(tx, id);
      if (!found) throw webhookDeliveryNotFound();
      await this.lockEnabled(tx, found.endpointId);
      await this.deliveries.restart(tx, id);
      await this.wakeup.now(tx, found.endpointId);
      return (await this.deliveries.find(tx, id))!;
    });
  }

  /**
   * Sends the events from a moment until now again, as far as the log has them.
   * @throws 404 webhook_endpoint_not_found, 409 webhook_endpoint_disabled, webhook_replay_running, 422 for a moment to come
   */
  replay(context: RequestContext, endpointId: string, since: string): Promise<WebhookEndpoint> {
    return this.endpoints.change(context, async (tx) => {
      const endpoint = await this.lockEnabled(tx, endpointId);
      if (new Date(since) > tx.now) throw validationFailed([IN_FUTURE]);
      const isRunning =
        (await this.states.lockReplay(tx, endpointId)) ||
        (await this.deliveries.hasWaitingReplays(tx, endpointId));
      if (isRunning) throw webhookReplayRunning();
      await this.dispatcher.startReplay(tx, endpointId, new Date(since));
      return endpoint;
    });
  }

  /** Wakes endpoints whose job was lost: it had used up its tries while the database was down. */
  @Scheduled('webhooks.wake', '* * * * *')
  wakeOverdue(context: RequestContext): Promise<void> {
    return this.database.platform(context, 'endpoints of all tenants are woken', async (tx) => {
      const overdue = await this.states.listOverdue(tx, hoursBefore(tx.now, OVERDUE_HOURS));
      for (const { businessId, endpointId } of overdue)
        await this.wakeup.now(tx.with({ businessId }), endpointId);
    });
  }

  private async lockEnabled(tx: Transaction, endpointId: string): Promise<WebhookEndpoint> {
    const endpoint = await this.endpoints.lock(tx, endpointId);
    if (endpoint.status === 'disabled') throw webhookEndpointDisabled();
    return endpoint;
  }
}

function aTest({ businessId, now }: Transaction, webhookEndpointId: string): object {
  return {
    type: TEST_TYPE,
    timestamp: now.toISOString(),
    businessId: businessId === PLATFORM_ID ? null : businessId,
    sequence: null,
    data: { webhookEndpointId },
  };
}
