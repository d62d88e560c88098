import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { PlansModule } from '../plans/plans.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { FeaturesModule } from '../features/features.module';
import { UsageModule } from '../usage/usage.module';
import { UsageMails } from './usage.mails';
import { SubscriptionMails } from './subscription.mails';

/** Mails to the owners and admins of a business about its subscription and usage. */
@Module({
  imports: [
    BusinessesModule,
    FeaturesModule,
    PlansModule,
    SubscriptionsModule,
    TeamMembersModule,
    UsageModule,
  ],
  providers: [SubscriptionMails, UsageMails],
})
export class NotificationsModule {}
