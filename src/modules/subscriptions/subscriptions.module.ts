import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { PlansModule } from '../plans/plans.module';
import { ChangesController } from './changes/changes.controller';
import { ChangesService } from './changes/changes.service';
import { EntitlementsModule } from '../entitlements/entitlements.module';
import { EventsModule } from '../events/events.module';
import { OverdueService } from './renewal/overdue.service';
import { Payments } from './changes/payments';
import { RenewalCron } from './renewal/renewal.cron';
import { RenewalMetrics } from './renewal/renewal.metrics';
import { RenewalRepository } from './renewal/renewal.repository';
import { RenewalService } from './renewal/renewal.service';
import { StaffEntitlementsController } from './changes/staff-entitlements.controller';
import { StaffSubscriptionsController } from './changes/staff-subscriptions.controller';
import { StaffSubscriptionsService } from './changes/staff-subscriptions.service';
import { SubscriptionNews } from './subscription-news';
import { SubscriptionsController } from './subscriptions.controller';
import { SubscriptionsRepository } from './subscriptions.repository';
import { SubscriptionsService } from './subscriptions.service';
import { PeriodShiftService } from './renewal/period-shift.service';
import { RemindersService } from './renewal/reminders.service';

/** Subscriptions, their periods and renewal, and the limits of their plans. */
@Module({
  imports: [EventsModule, PlansModule, BusinessesModule, EntitlementsModule],
  controllers: [
    SubscriptionsController,
    ChangesController,
    StaffSubscriptionsController,
    StaffEntitlementsController,
  ],
  providers: [
    SubscriptionsService,
    SubscriptionsRepository,
    SubscriptionNews,
    OverdueService,
    RenewalService,
    RenewalRepository,
    RenewalCron,
    RenewalMetrics,
    PeriodShiftService,
    ChangesService,
    Payments,
    StaffSubscriptionsService,
    RemindersService,
  ],
  exports: [
    SubscriptionsService,
    SubscriptionsRepository,
    ChangesService,
    Payments,
    RenewalService,
    RemindersService,
    PeriodShiftService,
  ],
})
export class SubscriptionsModule {}
