import { Clock } from '../../common/clock';
import { ChangeFeed } from '../../platform/database/change-feed';
import { SharedReads } from './shared-reads';

/* Concurrent requests share reads, and none gets one that is older than the request. */

const BUSINESS = 'business';

interface Numbered {
  number: number;
}

let clock: Clock;
let feed: ChangeFeed;
let reads: SharedReads<Numbered>;
/** The reads that have begun; each ends when it is told to. */
let begun: { end: () => void; fail: (error: Error) => void }[];
beforeEach(() => {
  clock = new Clock();
  feed = new ChangeFeed();
  reads = new SharedReads(clock, feed);
  begun = [];
});

function ask(businessId = BUSINESS): Promise<Numbered> {
  return reads.read(
    businessId,
    () =>
      new Promise((resolve, reject) => {
        const number = begun.length;
        begun.push({ end: () => resolve({ number }), fail: reject });
      }),
  );
}

async function keepOne(): Promise<Numbered> {
  const asked = ask();
  begun.at(-1)!.end();
  return asked;
}

it('all that ask while one read runs get the next one, together', async () => {
  const first = ask();
  const others = [ask(), ask(), ask()];
  expect(begun).toHaveLength(1);
  begun[0]!.end();
  expect(await first).toEqual({ number: 0 });
  expect(begun).toHaveLength(2);
  const late = ask();
  begun[1]!.end();
  for (const other of others) expect(await other).toEqual({ number: 1 });
  begun[2]!.end();
  expect(await late).toEqual({ number: 2 });
  expect((await keepOne()).number).toBe(3);
});

it('businesses do not wait for each other', () => {
  void ask('one');
  void ask('other');
  expect(begun).toHaveLength(2);
});

it('a read that fails fails for those who share it, and the next one goes on', async () => {
  const first = ask();
  const second = ask();
  begun[0]!.fail(new Error('no database'));
  await expect(first).rejects.toThrow('no database');
  begun[1]!.fail(new Error('still none'));
  await expect(second).rejects.toThrow('still none');
  expect(reads.findRecent(BUSINESS)).toBeNull();
  expect(await keepOne()).toEqual({ number: 2 });
});

it('the last read is kept for a second', async () => {
  const read = await keepOne();
  expect(reads.findRecent(BUSINESS)).toBe(read);
  expect(reads.findRecent('another')).toBeNull();
  clock.moveBy(1_000);
  expect(reads.findRecent(BUSINESS)).toBeNull();
});

it.each([
  ['the business', [BUSINESS]],
  ['all', 'everything' as const],
])(
  'what this process writes of %s ends it, and what was read meanwhile is not kept',
  async (_, of) => {
    await keepOne();
    feed.written(['another']);
    expect(reads.findRecent(BUSINESS)).not.toBeNull();
    feed.written(of);
    expect(reads.findRecent(BUSINESS)).toBeNull();
    const asked = ask();
    feed.written(of);
    begun.at(-1)!.end();
    await asked;
    expect(reads.findRecent(BUSINESS)).toBeNull();
  },
);
