import { bar, progressLine } from './progress';

describe('bar', () => {
  it('fills with the share', () => {
    expect(bar(0, 4)).toBe('░░░░');
    expect(bar(0.5, 4)).toBe('██░░');
    expect(bar(1, 4)).toBe('████');
  });

  it('stays inside its width', () => {
    expect(bar(7, 4)).toBe('████');
    expect(bar(-1, 4)).toBe('░░░░');
  });
});

describe('progressLine', () => {
  it('shows the share where the total is known', () => {
    expect(progressLine('Seeding', 700, 1000)).toContain('70% 700 of 1,000');
    expect(progressLine('Seeding', 0, 0)).toContain('100%');
  });

  it('counts where it is not', () => {
    expect(progressLine('Renewing', 1200)).toBe('Renewing 1,200');
    expect(progressLine('Renewing', 1200, undefined, 49.6)).toBe('Renewing 1,200, 50/s');
  });

  it('says how fast it goes and how much is left', () => {
    const line = progressLine('Renewing', 250_000, 1_000_000, 12_345.6);
    expect(line).toContain('25% 250,000 of 1,000,000, 750,000 left, 12,346/s');
    expect(progressLine('Renewing', 11, 10, 5)).toContain('100% 11 of 10, 0 left, 5/s');
  });
});
