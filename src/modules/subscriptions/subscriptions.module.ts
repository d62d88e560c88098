import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { PlansModule } from '../plans/plans.module';
import { ChangesController } from './changes.controller';
import { ChangesService } from './changes.service';
import { CreditsRepository } from './credits.repository';
import { OverdueService } from './overdue.service';
import { Payments } from './payments';
import { RenewalCron } from './renewal.cron';
import { RenewalMetrics } from './renewal.metrics';
import { RenewalRepository } from './renewal.repository';
import { RenewalService } from './renewal.service';
import { StaffSubscriptionsController } from './staff-subscriptions.controller';
import { StaffSubscriptionsService } from './staff-subscriptions.service';
import { SubscriptionsController } from './subscriptions.controller';
import { SubscriptionsRepository } from './subscriptions.repository';
import { SubscriptionsService } from './subscriptions.service';
import { TimeShiftService } from './time-shift.service';
import { Reminders } from './reminders';

/** Subscriptions, their periods and renewal, and the limits of their plans. */
@Module({
  imports: [PlansModule, BusinessesModule],
  controllers: [SubscriptionsController, ChangesController, StaffSubscriptionsController],
  providers: [
    SubscriptionsService,
    SubscriptionsRepository,
    OverdueService,
    RenewalService,
    RenewalRepository,
    RenewalCron,
    RenewalMetrics,
    TimeShiftService,
    ChangesService,
    Payments,
    CreditsRepository,
    StaffSubscriptionsService,
    Reminders,
  ],
  exports: [
    SubscriptionsService,
    SubscriptionsRepository,
    ChangesService,
    Payments,
    RenewalService,
    CreditsRepository,
    Reminders,
  ],
})
export class SubscriptionsModule {}
