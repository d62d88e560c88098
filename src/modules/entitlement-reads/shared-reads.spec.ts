import { Clock } from '../../common/clock';
import { ChangeFeed } from '../../platform/database/change-feed';
import { stopTime } from '../../../test/support/monotonic-time';
import { SharedReads } from './shared-reads';

/* Requests share reads for a second, and none gets one from before this process wrote something of the business. */

const BUSINESS = 'business';

interface Numbered {
  number: number;
}

afterEach(() => jest.restoreAllMocks());

let clock: Clock;
let feed: ChangeFeed;
let reads: SharedReads<Numbered>;
/** The reads that have begun; each ends when it is told to. */
let begun: { end: () => void; fail: (error: Error) => void }[];
beforeEach(() => {
  stopTime();
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

async function readOne(): Promise<Numbered> {
  const asked = ask();
  begun.at(-1)!.end();
  return asked;
}

it('all that ask within a second share a read; businesses do not', async () => {
  const first = [ask(), ask(), ask()];
  expect(begun).toHaveLength(1);
  begun[0]!.end();
  for (const each of first) expect(await each).toEqual({ number: 0 });
  expect(await ask()).toEqual({ number: 0 });
  void ask('another');
  expect(begun).toHaveLength(2);
});

it('after a second there is a new one', async () => {
  await readOne();
  clock.moveBy(1_000);
  expect(await readOne()).toEqual({ number: 1 });
});

it('a use after half a second begins the next one, for which no caller waits', async () => {
  await readOne();
  clock.moveBy(600);
  for (let asked = 0; asked < 3; asked += 1) expect(await ask()).toEqual({ number: 0 });
  expect(begun).toHaveLength(2);
  begun[1]!.end();
  await new Promise(setImmediate);
  expect(await ask()).toEqual({ number: 1 });
  clock.moveBy(600);
  expect(await ask()).toEqual({ number: 1 });
});

it('four renewals run at once, and the others follow', async () => {
  const businesses = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'];
  for (const business of businesses) void ask(business);
  for (const { end } of begun) end();
  await new Promise(setImmediate);
  clock.moveBy(600);
  for (const business of businesses)
    expect(await ask(business)).toEqual({ number: businesses.indexOf(business) });
  expect(begun).toHaveLength(7 + 4);
  feed.written(['six']); // it is read by who asks next
  begun[8]!.fail(new Error('no database'));
  await new Promise(setImmediate);
  expect(begun).toHaveLength(7 + 5);
  for (const { end } of begun) end();
  await new Promise(setImmediate);
  for (const { end } of begun) end();
  await new Promise(setImmediate);
  expect(begun).toHaveLength(7 + 6);
  expect(await ask('five')).toEqual({ number: 11 });
  expect(await ask('seven')).toEqual({ number: 12 });
});

it('one that fails is not kept, and one that renews fails no caller', async () => {
  const failed = ask();
  begun[0]!.fail(new Error('no database'));
  await expect(failed).rejects.toThrow('no database');
  await readOne();
  clock.moveBy(600);
  await ask();
  begun[2]!.fail(new Error('no database'));
  await new Promise(setImmediate);
  expect(await ask()).toEqual({ number: 1 });
});

it.each([
  ['the business', [BUSINESS]],
  ['all', 'everything' as const],
])(
  'none that began before this process wrote something of %s is used afterwards',
  async (_, of) => {
    await readOne();
    feed.written(['another']);
    expect(await ask()).toEqual({ number: 0 });
    clock.moveBy(600);
    await ask(); // begins the next one
    feed.written(of);
    const fresh = ask();
    begun[1]!.end();
    begun[2]!.end();
    await new Promise(setImmediate);
    expect(await fresh).toEqual({ number: 2 });
    expect(await ask()).toEqual({ number: 2 });
    const running = (clock.moveBy(1_000), ask());
    feed.written(of);
    begun[3]!.end();
    await running;
    void ask();
    expect(begun).toHaveLength(5);
  },
);
