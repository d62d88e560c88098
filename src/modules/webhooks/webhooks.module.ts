import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { EventsModule } from '../events/events.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { DeliverService } from './deliver.service';
import { DeliveriesRepository } from './deliveries.repository';
import { Disabling } from './disabling';
import { DispatchService } from './dispatch.service';
import { EndpointStatesRepository } from './endpoint-states.repository';
import { EndpointWakeup } from './endpoint-wakeup';
import { EventsBehindMetrics } from './events-behind.metrics';
import { StaffWebhookEndpointsController } from './staff-webhook-endpoints.controller';
import { WebhookDeliveriesService } from './webhook-deliveries.service';
import { WebhookEndpointsController } from './webhook-endpoints.controller';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository';
import { WebhookEndpointsService } from './webhook-endpoints.service';
import { WebhookMails } from './webhook.mails';
import { WebhookMetrics } from './webhooks.metrics';

/** Sends events to the servers of tenants and of the founder. */
@Module({
  imports: [BusinessesModule, EventsModule, TeamMembersModule],
  controllers: [WebhookEndpointsController, StaffWebhookEndpointsController],
  providers: [
    DeliverService,
    DeliveriesRepository,
    Disabling,
    DispatchService,
    EndpointStatesRepository,
    EndpointWakeup,
    EventsBehindMetrics,
    WebhookDeliveriesService,
    WebhookEndpointsRepository,
    WebhookEndpointsService,
    WebhookMails,
    WebhookMetrics,
  ],
  exports: [WebhookEndpointsService],
})
export class WebhooksModule {}
