import { overloaded } from './problems';
import { Turns } from './turns';

const LIMITS = { atOnce: 2, waiting: 3, waitMs: 4_000, refuse: () => overloaded() };

/** Work that runs until it is told to end. */
class Work {
  readonly begun: number[] = [];
  private readonly ends = new Map<number, () => void>();

  constructor(private readonly turns: Turns) {}

  begin(id: number): Promise<number> {
    return this.turns.run(async () => {
      this.begun.push(id);
      await new Promise<void>((end) => this.ends.set(id, end));
      return id;
    });
  }

  end(id: number): void {
    this.ends.get(id)!();
  }
}

let work: Work;
let turns: Turns;
beforeEach(() => {
  jest.useFakeTimers();
  turns = new Turns(LIMITS);
  work = new Work(turns);
});
afterEach(() => {
  jest.useRealTimers();
});

it('run as many at once as allowed, and the others in order of arrival', async () => {
  const all = [1, 2, 3, 4].map((id) => work.begin(id));
  await Promise.resolve();
  expect(work.begun).toEqual([1, 2]);
  work.end(2);
  await all[1];
  expect(work.begun).toEqual([1, 2, 3]);
  work.end(1);
  await all[0];
  expect(work.begun).toEqual([1, 2, 3, 4]);
  work.end(3);
  work.end(4);
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
  expect(turns.isIdle).toBe(true);
});

it('refuse a newcomer when too many wait', async () => {
  const all = [1, 2, 3, 4, 5].map((id) => work.begin(id));
  await expect(work.begin(6)).rejects.toMatchObject({ code: 'overloaded' });
  for (const [index, each] of all.entries()) {
    work.end(index + 1);
    await each;
  }
});

it('refuse work that has waited too long, which then never begins', async () => {
  const running = [1, 2].map((id) => work.begin(id));
  const refused = expect(work.begin(3)).rejects.toMatchObject({ code: 'overloaded' });
  await Promise.resolve();
  jest.advanceTimersByTime(LIMITS.waitMs);
  await refused;
  work.end(1);
  work.end(2);
  await Promise.all(running);
  expect(work.begun).toEqual([1, 2]);
  expect(turns.isIdle).toBe(true);
});

it('continue after work that fails', async () => {
  const failing = Array.from({ length: 5 }, () => turns.run(() => Promise.reject(new Error('no'))));
  const ends = await Promise.allSettled(failing);
  expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 'rejected'));
  expect(turns.isIdle).toBe(true);
});
