import { Module } from '@nestjs/common';
import { PlansModule } from '../plans/plans.module';
import { RenewalCron } from './renewal.cron';
import { RenewalRepository } from './renewal.repository';
import { RenewalService } from './renewal.service';
import { SubscriptionsController } from './subscriptions.controller';
import { SubscriptionsRepository } from './subscriptions.repository';
import { SubscriptionsService } from './subscriptions.service';
import { TimeShiftService } from './time-shift.service';

/** Subscriptions, their periods and renewal, and the limits of their plans. */
@Module({
  imports: [PlansModule],
  controllers: [SubscriptionsController],
  providers: [
    SubscriptionsService,
    SubscriptionsRepository,
    RenewalService,
    RenewalRepository,
    RenewalCron,
    TimeShiftService,
  ],
  exports: [SubscriptionsService, RenewalService],
})
export class SubscriptionsModule {}
