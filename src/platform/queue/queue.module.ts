import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobQueue } from './job-queue';
import { JobWorker } from './job-worker';

/** Jobs in PostgreSQL: a row of the caller's transaction, run after its commit by a process with the `worker` role. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [JobQueue, JobWorker],
  exports: [JobQueue],
})
export class QueueModule {}
