import { Injectable } from '@nestjs/common';
import { Histogram, Registry } from 'prom-client';

/** How many recordings share a statement and its commit: more under load. */
@Injectable()
export class FlushMetrics {
  private readonly sizes: Histogram;

  constructor(registry: Registry) {
    this.sizes = new Histogram({
      name: 'ingestion_flush_recordings',
      help: 'Recordings per flush: one statement and one commit',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers: [registry],
    });
  }

  observe(recordings: number): void {
    this.sizes.observe(recordings);
  }
}
