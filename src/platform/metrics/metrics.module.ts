import { Global, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Exposition } from './exposition';
import { PoolMetrics } from './pool.metrics';
import { ProcessFaults } from './process-faults';
import { QueueMetrics } from './queue.metrics';
import { QuotaRefusals } from './quota-refusals';
import { Readings } from './readings';
import { RequestMetrics } from './request.metrics';

/**
 * Metrics for Prometheus. The registry is the application's own rather than the library's global one: several
 * servers may run in one process. A feature injects `Registry`, and `Readings` for what only the database knows.
 */
@Global()
@Module({
  providers: [
    { provide: Registry, useFactory: () => new Registry() },
    Readings,
    Exposition,
    RequestMetrics,
    PoolMetrics,
    ProcessFaults,
    QueueMetrics,
    QuotaRefusals,
  ],
  exports: [Registry, Readings, Exposition, ProcessFaults, QuotaRefusals],
})
export class MetricsModule {}
