import { Registry } from 'prom-client';
import { DomainError, type ProblemKind } from '../../common/problem';
import { QuotaRefusals } from './quota-refusals';

function anError(kind: ProblemKind, members: Record<string, unknown>): DomainError {
  return new DomainError({ code: 'any', kind, title: 'Any', description: 'Any' }, { members });
}

describe('QuotaRefusals', () => {
  it('counts refusals by quota or limit, by feature, and nothing else', async () => {
    const registry = new Registry();
    const refusals = new QuotaRefusals(registry);
    for (const feature of ['seats', 'recordings', 'seats'])
      refusals.observe(anError('payment_required', { feature, used: 3 }));
    refusals.observe(anError('payment_required', {})); // a plan that requires payment
    refusals.observe(anError('not_found', { feature: 'seats' }));
    const { values } = await registry.getSingleMetric('quota_refusals_total')!.get();
    expect(values).toEqual([
      { labels: { feature: 'seats' }, value: 2 },
      { labels: { feature: 'recordings' }, value: 1 },
    ]);
  });
});
