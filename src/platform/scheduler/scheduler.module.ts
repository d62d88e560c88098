import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { CronHeartbeats } from './cron-heartbeats';
import { Scheduler } from './scheduler';

/** Cron: everything that is @Scheduled runs here. */
@Module({
  imports: [ScheduleModule.forRoot(), DiscoveryModule],
  providers: [Scheduler, CronHeartbeats],
})
export class SchedulerModule {}
