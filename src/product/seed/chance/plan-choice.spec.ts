import { choosePlan, type SeedPlan } from './plan-choice';
import { Random } from './random';

const plan = (
  slug: string,
  recordingsLimit: number | null,
  changes: Partial<SeedPlan> = {},
): SeedPlan => ({
  id: slug,
  slug,
  version: 1,
  interval: { unit: 'month', count: 1 },
  isDefault: false,
  isPublic: true,
  isFree: slug === 'free',
  trialDays: 0,
  recordingsLimit,
  applicationsLimit: 1,
  seatsLimit: 3,
  ...changes,
});
const free = plan('free', 100, { isDefault: true });
const pro = plan('pro', 1_000);
const unlimited = plan('unlimited', null, { isPublic: false });

function chosen(recordings: number, plans = [free, pro, unlimited]): string[] {
  return Array.from(
    { length: 300 },
    (_, stream) => choosePlan(plans, recordings, 1, new Random(1, stream)).slug,
  );
}

describe('choosePlan', () => {
  it('mostly gives small businesses the default plan', () => {
    const slugs = chosen(20);
    expect(slugs.filter((slug) => slug === 'free').length).toBeGreaterThan(200);
    expect(slugs).toContain('pro');
  });

  it('gives none a plan that its recordings would overfill', () => {
    expect(chosen(500)).not.toContain('free');
    expect(new Set(chosen(1_000_000))).toEqual(new Set(['unlimited']));
  });

  it('falls back to the largest where none has room', () => {
    expect(new Set(chosen(1_000_000, [free, pro]))).toEqual(new Set(['pro']));
  });
});
