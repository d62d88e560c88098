import { Injectable } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { PLATFORM_ID } from '../../common/ids';
import type { Transaction } from '../../platform/database/transaction';
import { MailQueue } from '../../platform/mail/mail-queue';
import { EventsService } from '../events/events.service';
import { DeliveriesRepository } from './deliveries.repository';
import type { DisabledReason, WebhookEndpoint } from './webhook-endpoint.entity';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository';
import { webhookEndpointDisabledEvent } from './webhooks.events';

/** Sends nothing more to an endpoint, and says so: in the log of the business and, unless a person did it, by mail. */
@Injectable()
export class Disabling {
  private readonly logger = new Logger(Disabling.name);

  constructor(
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly events: EventsService,
    private readonly mails: MailQueue,
  ) {}

  async disable(
    tx: Transaction,
    { id, businessId }: WebhookEndpoint,
    reason: DisabledReason,
  ): Promise<void> {
    await this.endpoints.update(tx, id, { status: 'disabled', disabledReason: reason });
    await this.deliveries.giveUp(tx, id);
    if (businessId === PLATFORM_ID)
      return this.logger.warn(
        `the webhook endpoint ${id} of the installation is disabled: ${reason}`,
      );
    this.events.append(tx, webhookEndpointDisabledEvent, { webhookEndpointId: id, reason });
    if (reason !== 'by_person') await this.mails.enqueue(tx, 'webhook-endpoint-disabled', id);
  }
}
