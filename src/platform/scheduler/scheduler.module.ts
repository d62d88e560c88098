import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { CronHeartbeats } from './cron-heartbeats';
import { Scheduler } from './scheduler';

/** Work at times of the clock: everything that is @Scheduled runs here. */
@Module({
  imports: [ScheduleModule.forRoot(), DiscoveryModule],
  providers: [Scheduler, CronHeartbeats],
})
export class SchedulerModule {}
