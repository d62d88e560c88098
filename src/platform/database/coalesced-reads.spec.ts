import { setImmediate as turn } from 'node:timers/promises';
import { CoalescedReads } from './coalesced-reads';

/* Reads that end when the test says so. */

interface Asked {
  resolve: (answer: string) => void;
  reject: (error: Error) => void;
}

let reads: CoalescedReads;
let asked: Asked[];
beforeEach(() => {
  reads = new CoalescedReads();
  asked = [];
});

const ask = (key = 'a page') =>
  reads.run(key, () => new Promise<string>((resolve, reject) => asked.push({ resolve, reject })));

it('one who asks alone gets a read at once', async () => {
  const answer = ask();
  asked[0]!.resolve('first');
  expect(await answer).toBe('first');
  const again = ask();
  expect(asked).toHaveLength(2);
  asked[1]!.resolve('second');
  expect(await again).toBe('second');
});

it('those who ask while one runs share one that begins after it', async () => {
  const first = ask();
  const later = [ask(), ask(), ask()];
  expect(asked).toHaveLength(1);
  asked[0]!.resolve('before');
  expect(await first).toBe('before');
  await turn();
  expect(asked).toHaveLength(2);
  const evenLater = ask();
  asked[1]!.resolve('after');
  expect(await Promise.all(later)).toEqual(['after', 'after', 'after']);
  await turn();
  asked[2]!.resolve('last');
  expect(await evenLater).toBe('last');
  expect(asked).toHaveLength(3);
});

it('what differs does not wait', () => {
  void ask('one page');
  void ask('another page');
  expect(asked).toHaveLength(2);
});

it('one that fails fails for those who share it, and not for those after it', async () => {
  const first = ask();
  const later = [ask(), ask()];
  asked[0]!.reject(new Error('no database'));
  await expect(first).rejects.toThrow('no database');
  await turn();
  asked[1]!.reject(new Error('still none'));
  for (const answer of later) await expect(answer).rejects.toThrow('still none');
  await turn();
  const last = ask();
  asked[2]!.resolve('there again');
  expect(await last).toBe('there again');
});

it('one that throws at once holds no later one up', async () => {
  const broken = (): Promise<string> => {
    throw new Error('broken');
  };
  const answers = [ask(), reads.run('a page', broken)];
  asked[0]!.resolve('first');
  expect(await answers[0]).toBe('first');
  await expect(answers[1]).rejects.toThrow('broken');
  expect(reads).toEqual(new CoalescedReads());
});

it('keeps nothing of what has ended', async () => {
  const answers = [ask(), ask()];
  asked[0]!.resolve('first');
  await turn();
  asked[1]!.resolve('second');
  expect(await Promise.all(answers)).toEqual(['first', 'second']);
  expect(reads).toEqual(new CoalescedReads());
});
