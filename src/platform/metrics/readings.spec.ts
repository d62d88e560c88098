import { Logger } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Readings } from './readings';

describe('Readings', () => {
  let registry: Registry;
  let readings: Readings;
  let taken: number;
  let answer: () => Promise<number>;
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    registry = new Registry();
    readings = new Readings(registry);
    taken = 0;
    answer = () => Promise.resolve(taken);
    addDepth();
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  function addDepth(): void {
    const gauge = new Gauge({ name: 'depth_metres', help: 'A depth', registers: [registry] });
    readings.add({
      name: 'depth',
      take: () => {
        taken += 1;
        return answer();
      },
      show: (value) => (value === null ? gauge.remove() : gauge.set(value)),
    });
  }

  /** @returns the gauge and the count of errors, as scraped */
  async function scrape(): Promise<[depth: string | null, errors: string]> {
    await readings.refresh();
    const text = await registry.metrics();
    const errors = /^scrape_errors_total\{reading="depth"\} (\d+)$/m.exec(text)?.[1];
    return [/^depth_metres (\S+)$/m.exec(text)?.[1] ?? null, errors!];
  }

  it('start at zero errors, so that the first one shows as an increase', async () => {
    expect(await scrape()).toEqual(['1', '0']);
  });

  it('are taken again after a second and not before', async () => {
    await scrape();
    jest.advanceTimersByTime(999);
    expect(await scrape()).toEqual(['1', '0']);
    jest.advanceTimersByTime(1);
    expect(await scrape()).toEqual(['2', '0']);
  });

  it('are taken once for concurrent scrapes', async () => {
    const both = await Promise.all([scrape(), scrape()]);
    expect([both, taken]).toEqual([
      [
        ['1', '0'],
        ['1', '0'],
      ],
      1,
    ]);
  });

  it('are omitted and counted when they fail, once a second', async () => {
    await scrape();
    jest.advanceTimersByTime(1_000);
    answer = () => Promise.reject(new Error('down'));
    expect(await scrape()).toEqual([null, '1']);
    expect(await scrape()).toEqual([null, '1']);
    jest.advanceTimersByTime(1_000);
    expect(await scrape()).toEqual([null, '2']);
  });

  it('return once they succeed again', async () => {
    answer = () => Promise.reject(new Error('down'));
    await scrape();
    jest.advanceTimersByTime(1_000);
    answer = () => Promise.resolve(7);
    expect(await scrape()).toEqual(['7', '1']);
  });

  it('are omitted when late, and not started a second time meanwhile', async () => {
    let end: (value: number) => void = () => undefined;
    answer = () => new Promise((resolve) => (end = resolve));
    for (const errors of ['1', '2']) {
      const late = scrape();
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await late).toEqual([null, errors]);
    }
    expect(taken).toBe(1);
    end(7);
    await jest.advanceTimersByTimeAsync(0);
    answer = () => Promise.resolve(8);
    expect(await scrape()).toEqual(['8', '2']);
  });

  it('do not wait for one another', async () => {
    answer = () => new Promise(() => undefined);
    const shown: (string | null)[] = [];
    readings.add({
      name: 'prompt',
      take: () => Promise.resolve('taken'),
      show: (it) => shown.push(it),
    });
    const late = scrape();
    await jest.advanceTimersByTimeAsync(0);
    expect(shown).toEqual(['taken']);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await late).toEqual([null, '1']);
  });
});
