import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Readings } from './readings';

/** All metrics of this process in the Prometheus format. */
@Injectable()
export class Exposition {
  private watchesProcess = false;

  constructor(
    private readonly registry: Registry,
    private readonly readings: Readings,
  ) {}

  async toText(): Promise<string> {
    this.watchProcess();
    await this.readings.refresh();
    return this.registry.metrics();
  }

  /**
   * Starts at the first scrape: its timers and observers cannot be stopped, and most commands and tests are never
   * scraped.
   */
  private watchProcess(): void {
    if (this.watchesProcess) return;
    this.watchesProcess = true;
    collectDefaultMetrics({ register: this.registry });
  }
}
