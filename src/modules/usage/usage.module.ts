import { Module } from '@nestjs/common';
import { EntitlementsModule } from '../entitlements/entitlements.module';
import { EventsModule } from '../events/events.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { FeaturesModule } from '../features/features.module';
import { ServiceKeysModule } from '../service-keys/service-keys.module';
import { EventBatchService } from './event-batch.service';
import { ReservationsController } from './reservations.controller';
import { ReservationsRepository } from './reservations.repository';
import { ReservationsService } from './reservations.service';
import { SqlCallersService } from './sql-callers.service';
import { UsageEventQueue } from './usage-event-queue';
import { UsageEventsController } from './usage-events.controller';
import { UsageEventsRepository } from './usage-events.repository';
import { UsageEventsService } from './usage-events.service';
import { UsageAlertsService } from './usage-alerts.service';
import { UsageController } from './usage.controller';
import { UsageReadsRepository } from './usage-reads.repository';
import { UsageReadsService } from './usage-reads.service';
import { UsageService } from './usage.service';

/** Usage that is counted by events: in transactions of this server, and by other services. */
@Module({
  imports: [
    EventsModule,
    FeaturesModule,
    EntitlementsModule,
    SubscriptionsModule,
    ServiceKeysModule,
  ],
  controllers: [UsageController, UsageEventsController, ReservationsController],
  providers: [
    UsageService,
    UsageEventsService,
    UsageEventsRepository,
    UsageEventQueue,
    EventBatchService,
    ReservationsService,
    ReservationsRepository,
    SqlCallersService,
    UsageReadsService,
    UsageReadsRepository,
    UsageAlertsService,
  ],
  exports: [
    UsageAlertsService,
    UsageReadsService,
    UsageService,
    UsageEventsService,
    ReservationsService,
    SqlCallersService,
  ],
})
export class UsageModule {}
