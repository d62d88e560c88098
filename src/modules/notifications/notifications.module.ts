import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { PlansModule } from '../plans/plans.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { SubscriptionMails } from './subscription.mails';

/** Mails to the owners of a business about its subscription. */
@Module({
  imports: [BusinessesModule, PlansModule, SubscriptionsModule, TeamMembersModule],
  providers: [SubscriptionMails],
})
export class NotificationsModule {}
