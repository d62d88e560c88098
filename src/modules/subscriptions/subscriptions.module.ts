import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { PlansModule } from '../plans/plans.module';
import { ChangesController } from './changes/changes.controller';
import { ChangesService } from './changes/changes.service';
import { EntitlementsModule } from '../entitlements/entitlements.module';
import { OverdueService } from './renewal/overdue.service';
import { Payments } from './changes/payments';
import { RenewalCron } from './renewal/renewal.cron';
import { RenewalMetrics } from './renewal/renewal.metrics';
import { RenewalRepository } from './renewal/renewal.repository';
import { RenewalService } from './renewal/renewal.service';
import { StaffSubscriptionsController } from './changes/staff-subscriptions.controller';
import { StaffSubscriptionsService } from './changes/staff-subscriptions.service';
import { SubscriptionsController } from './subscriptions.controller';
import { SubscriptionsRepository } from './subscriptions.repository';
import { SubscriptionsService } from './subscriptions.service';
import { TimeShiftService } from './renewal/time-shift.service';
import { Reminders } from './renewal/reminders';

/** Subscriptions, their periods and renewal, and the limits of their plans. */
@Module({
  imports: [PlansModule, BusinessesModule, EntitlementsModule],
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
    StaffSubscriptionsService,
    Reminders,
  ],
  exports: [
    SubscriptionsService,
    SubscriptionsRepository,
    ChangesService,
    Payments,
    RenewalService,
    Reminders,
  ],
})
export class SubscriptionsModule {}
