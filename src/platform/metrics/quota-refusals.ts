import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { DomainError } from '../../common/problem';

/** Counts the refusals for want of room in a plan: the problems of kind `payment_required` that name a feature. */
@Injectable()
export class QuotaRefusals {
  private readonly refusals: Counter<'feature'>;

  constructor(registry: Registry) {
    this.refusals = new Counter({
      name: 'quota_refusals_total',
      help: 'Refusals because the quota or the limit of a plan is reached, by feature',
      labelNames: ['feature'],
      registers: [registry],
    });
  }

  /** Call once for each error that is answered; others than refusals are passed over. */
  observe({ definition, members }: DomainError): void {
    const { feature } = members;
    if (definition.kind === 'payment_required' && typeof feature === 'string')
      this.refusals.inc({ feature });
  }
}
