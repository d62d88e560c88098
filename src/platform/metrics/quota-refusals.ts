import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { DomainError } from '../../common/problem';

/** Counts refusals by quota or limit: problems of kind `payment_required` that name a feature. */
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

  /** Call once for each error that is answered; ignores other errors. */
  observe({ definition, members }: DomainError): void {
    const { feature } = members;
    if (definition.kind === 'payment_required' && typeof feature === 'string')
      this.refusals.inc({ feature });
  }
}
