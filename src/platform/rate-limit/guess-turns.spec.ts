import { GuessTurns } from './guess-turns';

const OFFICE = { key: 'office', atOnce: 2 };

/** Guesses that run until they are told to end. */
class Guesses {
  readonly begun: string[] = [];
  readonly turns = new GuessTurns();
  private readonly ends: (() => void)[] = [];

  make(name: string, account: string, address: typeof OFFICE | null = OFFICE): Promise<string> {
    return this.turns.run(account, address, async () => {
      this.begun.push(name);
      await new Promise<void>((end) => this.ends.push(end));
      return name;
    });
  }

  /** Ends the one begun first; the next ones begin. */
  async endOne(): Promise<void> {
    this.ends.shift()!();
    await jest.advanceTimersByTimeAsync(0);
  }
}

let guesses: Guesses;
beforeEach(() => {
  jest.useFakeTimers();
  guesses = new Guesses();
});
afterEach(() => {
  jest.useRealTimers();
});

it('of one account run one at a time, from any address', async () => {
  const all = [guesses.make('1', 'ada'), guesses.make('2', 'ada', null), guesses.make('3', 'ada')];
  for (const begun of [['1'], ['1', '2'], ['1', '2', '3']]) {
    await jest.advanceTimersByTimeAsync(0);
    expect(guesses.begun).toEqual(begun);
    await guesses.endOne();
  }
  expect(await Promise.all(all)).toEqual(['1', '2', '3']);
});

it('of many accounts from one address run a few at a time; others do not wait for them', async () => {
  const all = ['ada', 'grace', 'joan'].map((account) => guesses.make(account, account));
  all.push(guesses.make('elsewhere', 'mary', { key: 'home', atOnce: 2 }));
  await jest.advanceTimersByTimeAsync(0);
  expect(guesses.begun.sort()).toEqual(['ada', 'elsewhere', 'grace']);
  for (let ended = 0; ended < 4; ended += 1) await guesses.endOne();
  await Promise.all(all);
  expect(guesses.begun).toContain('joan');
});

it('wait four seconds in all, in both queues, and leave nothing behind', async () => {
  const first = [guesses.make('1', 'ada'), guesses.make('2', 'grace'), guesses.make('3', 'joan')];
  const refused = expect(guesses.make('4', 'joan')).rejects.toMatchObject({
    code: 'overloaded',
    headers: { 'Retry-After': '5' },
  });
  await jest.advanceTimersByTimeAsync(3_000);
  await guesses.endOne(); // the third continues from its second queue; the fourth waits in its first
  await jest.advanceTimersByTimeAsync(1_000);
  await refused;
  await guesses.endOne();
  await guesses.endOne();
  expect(await Promise.all(first)).toEqual(['1', '2', '3']);
  expect(guesses.begun).toEqual(['1', '2', '3']);
  expect(guesses.turns.size).toBe(0);
});
