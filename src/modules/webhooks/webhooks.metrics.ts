import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { isSuccess, type AfterTry, type Try } from './delivery';

const OUTCOMES = ['delivered', 'retried', 'given_up'] as const;

/** Counts tries of deliveries in this process. */
@Injectable()
export class WebhookMetrics {
  private readonly deliveries: Counter<'outcome'>;

  constructor(registry: Registry) {
    this.deliveries = new Counter({
      name: 'webhook_deliveries_total',
      help: 'Tries to deliver a webhook, by outcome: delivered, retried later, given up',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of OUTCOMES) this.deliveries.inc({ outcome }, 0);
  }

  observe({ status }: AfterTry, outcome: Try): void {
    const failed = status === 'pending' ? 'retried' : 'given_up';
    this.deliveries.inc({ outcome: isSuccess(outcome) ? 'delivered' : failed });
  }
}
