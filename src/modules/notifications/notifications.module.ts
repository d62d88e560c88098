import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { EventsModule } from '../events/events.module';
import { FeaturesModule } from '../features/features.module';
import { PlansModule } from '../plans/plans.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { UsageModule } from '../usage/usage.module';
import { EventMails } from './event-mails';
import { NotificationsController } from './notifications.controller';
import { NotificationsRepository } from './notifications.repository';
import { NotificationsService } from './notifications.service';
import { SubscriptionMails } from './subscription.mails';
import { UsageMails } from './usage.mails';

/** What people are told of: in the console, and by mail. */
@Module({
  imports: [
    BusinessesModule,
    EventsModule,
    FeaturesModule,
    PlansModule,
    SubscriptionsModule,
    TeamMembersModule,
    UsageModule,
  ],
  controllers: [NotificationsController],
  providers: [
    NotificationsService,
    NotificationsRepository,
    EventMails,
    SubscriptionMails,
    UsageMails,
  ],
  exports: [NotificationsService],
})
export class NotificationsModule {}
