import os from 'node:os';
import bcrypt from 'bcrypt';
import { testConfig } from '../../../test/support/test-config';
import { DomainError } from '../../common/problem';
import { SecretBox } from '../../platform/config/secret-box';
import { hashesAtOnce } from '../../platform/config/thread-pool';
import { PasswordHasher } from './password-hasher';

const COST = 4;
const MAXIMUM_AT_ONCE = hashesAtOnce();
const MAXIMUM_WAITING = 200;
const STORED = `$2b$0${COST}$${'.'.repeat(53)}`;

/** bcrypt without its callbacks. */
interface Bcrypt {
  hash(password: string, cost: number): Promise<string>;
  compare(password: string, hash: string): Promise<boolean>;
}
const library: Bcrypt = bcrypt;

const SECRET_KEY = 'one secret that is long enough to be taken';

/** @param largest the largest stored cost */
function createHasher({ secretKey = SECRET_KEY, bcryptCost = COST, largest = 0 } = {}) {
  const config = { ...testConfig('postgres://localhost/none'), secretKey, bcryptCost };
  const costs = { largest: () => Promise.resolve(largest) };
  return new PasswordHasher(config, new SecretBox(config), costs);
}

const matches = async (hasher: PasswordHasher, password: string, stored: string | null) =>
  (await hasher.verify(password, stored)).isRight;

describe('PasswordHasher', () => {
  afterEach(() => jest.restoreAllMocks());

  describe('a hash', () => {
    it('has the configured cost, and differs each time', async () => {
      const hasher = createHasher();
      const hashes = [await hasher.hash('a password'), await hasher.hash('a password')];
      expect(hashes.map((hash) => bcrypt.getRounds(hash))).toEqual([COST, COST]);
      expect(hashes[0]).not.toBe(hashes[1]);
      for (const hash of hashes) expect(await matches(hasher, 'a password', hash)).toBe(true);
    });

    const others: [string, string, string][] = [
      ['another letter case', 'a password', 'A password'],
      ['white space behind', 'a password', 'a password '],
      ['white space in front', 'a password', ' a password'],
      ['another 73rd byte', `${'x'.repeat(72)}a`, `${'x'.repeat(72)}b`],
      ['a 73rd byte more', 'x'.repeat(72), 'x'.repeat(73)],
      ['another last byte of many', `${'é'.repeat(127)}a`, `${'é'.repeat(127)}b`],
      ['something behind NUL', 'abc\u0000def', 'abc\u0000xyz'],
      ['nothing behind NUL', 'abc\u0000def', 'abc'],
      ['half of another pair', 'x😀', 'x😁'],
    ];
    it.each(others)('does not match %s', async (_, password, other) => {
      const hasher = createHasher();
      const hash = await hasher.hash(password);
      expect(await matches(hasher, other, hash)).toBe(false);
      expect(await matches(hasher, password, hash)).toBe(true);
    });

    it('matches another Unicode form of the same letters', async () => {
      const hasher = createHasher();
      const hash = await hasher.hash('cafe\u0301');
      expect(await matches(hasher, 'caf\u00e9', hash)).toBe(true);
      expect(await matches(hasher, 'cafe', hash)).toBe(false);
    });

    it('is useless without SECRET_KEY', async () => {
      const hash = await createHasher().hash('a password');
      const other = createHasher({ secretKey: 'another secret that is long enough as well' });
      expect(await matches(other, 'a password', hash)).toBe(false);
      expect(await bcrypt.compare('a password', hash)).toBe(false);
      expect(await matches(createHasher(), 'a password', hash)).toBe(true);
    });
  });

  describe('a refusal', () => {
    /** bcrypt's work: 2 to the cost of each hash and comparison. */
    const workOf = async (run: () => Promise<unknown>): Promise<number> => {
      const compare = jest.spyOn(library, 'compare');
      const hash = jest.spyOn(library, 'hash');
      await run();
      const costs = [
        ...compare.mock.calls.map(([, stored]) => bcrypt.getRounds(stored)),
        ...hash.mock.calls.map(([, cost]) => cost),
      ];
      jest.restoreAllMocks();
      return costs.reduce((sum, cost) => sum + 2 ** cost, 0);
    };
    const storedWith = (bcryptCost: number) => createHasher({ bcryptCost }).hash('a password');

    it.each([
      ['as it is', { bcryptCost: 6, largest: 6 }],
      ['raised', { bcryptCost: 6, largest: 4 }],
      ['lowered', { bcryptCost: 4, largest: 6 }],
      ['between', { bcryptCost: 5, largest: 6 }],
    ])(
      'takes the same work without an account and for a hash of any cost, with BCRYPT_COST %s',
      async (_, given) => {
        const hasher = createHasher(given);
        const stored = [null, await storedWith(4), await storedWith(5), await storedWith(6)];
        for (const each of stored)
          expect(await workOf(() => hasher.verify('another password', each))).toBe(2 ** 6);
      },
    );

    it('takes as much work without an account as a cost that another process has just introduced', async () => {
      const hasher = createHasher({ bcryptCost: 4, largest: 4 });
      await hasher.verify('another password', await storedWith(6));
      expect(await workOf(() => hasher.verify('another password', null))).toBe(2 ** 6);
    });

    it('is the answer without an account, even if bcrypt accepts', async () => {
      jest.spyOn(library, 'compare').mockImplementation(() => Promise.resolve(true));
      expect(await matches(createHasher(), 'a password', null)).toBe(false);
      expect(await matches(createHasher(), 'a password', STORED)).toBe(true);
    });
  });

  describe('a right password', () => {
    it.each([
      ['raised', 4, 6],
      ['lowered', 6, 4],
    ])('is rehashed where BCRYPT_COST was %s', async (_, before, bcryptCost) => {
      const stored = await createHasher({ bcryptCost: before }).hash('a password');
      const hasher = createHasher({ bcryptCost, largest: before });
      const { isRight, freshHash } = await hasher.verify('a password', stored);
      expect(isRight).toBe(true);
      expect(bcrypt.getRounds(freshHash!)).toBe(bcryptCost);
      expect(await hasher.verify('a password', freshHash)).toEqual({ isRight, freshHash: null });
    });

    it('is not rehashed for a wrong one', async () => {
      const stored = await createHasher({ bcryptCost: 5 }).hash('a password');
      const verdict = await createHasher().verify('another password', stored);
      expect(verdict).toEqual({ isRight: false, freshHash: null });
    });
  });

  describe('a crowd', () => {
    /** A bcrypt that finishes on command and counts how many run at once. */
    class Work {
      readonly ends: (() => void)[] = [];
      running = 0;
      largest = 0;

      constructor() {
        jest.spyOn(library, 'hash').mockImplementation(() => this.start('a hash'));
        jest.spyOn(library, 'compare').mockImplementation(() => this.start(true));
      }

      private async start<T>(result: T): Promise<T> {
        this.running += 1;
        this.largest = Math.max(this.largest, this.running);
        await new Promise<void>((resolve) => this.ends.push(resolve));
        this.running -= 1;
        return result;
      }

      /** Starts everything that may start. */
      async settle(): Promise<void> {
        await new Promise((resolve) => setImmediate(resolve));
      }

      /** Finishes the one begun first, and starts what waits for it. */
      async endOne(): Promise<void> {
        await this.settle();
        this.ends.shift()?.();
        await this.settle();
      }
    }

    const crowd = (hasher: PasswordHasher, count: number): Promise<unknown>[] =>
      Array.from({ length: count }, (_, number) =>
        number % 2 === 0
          ? hasher.hash(`password ${number}`)
          : matches(hasher, `password ${number}`, number % 4 === 1 ? null : STORED),
      );

    it('is served as many at a time as there are cores, and completely', async () => {
      const work = new Work();
      const served = Promise.all(crowd(createHasher(), 20));
      await work.settle();
      for (let ended = 0; ended < 20; ended += 1) {
        expect(work.running).toBe(Math.min(MAXIMUM_AT_ONCE, 20 - ended));
        await work.endOne();
      }
      await served;
      expect(work.largest).toBe(MAXIMUM_AT_ONCE);
    });

    it('is served in order of arrival', async () => {
      const work = new Work();
      const hasher = createHasher();
      const order: number[] = [];
      const served = Array.from({ length: 6 }, (_, number) =>
        hasher.hash('x').then(() => order.push(number)),
      );
      for (let ended = 0; ended < 6; ended += 1) await work.endOne();
      await Promise.all(served);
      expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    });

    it('waits up to 200; later ones are refused until there is room', async () => {
      const work = new Work();
      const hasher = createHasher();
      const served = Promise.all(crowd(hasher, MAXIMUM_AT_ONCE + MAXIMUM_WAITING));
      await work.settle();
      for (const attempt of [() => hasher.hash('x'), () => hasher.verify('x', null)]) {
        const refusal = await attempt().then(
          () => null,
          (error: unknown) => error,
        );
        expect(refusal).toBeInstanceOf(DomainError);
        expect(refusal).toMatchObject({ code: 'overloaded', definition: { kind: 'unavailable' } });
        expect(Number((refusal as DomainError).headers['Retry-After'])).toBeGreaterThan(0);
      }
      await work.endOne();
      const last = hasher.hash('x');
      for (let ended = 0; ended < MAXIMUM_AT_ONCE + MAXIMUM_WAITING; ended += 1)
        await work.endOne();
      await expect(served).resolves.toHaveLength(MAXIMUM_AT_ONCE + MAXIMUM_WAITING);
      await expect(last).resolves.toBe('a hash');
    });

    it('waits five seconds at most, and is refused then', async () => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
      try {
        const work = new Work();
        const hasher = createHasher();
        const served = Promise.all(crowd(hasher, MAXIMUM_AT_ONCE));
        await work.settle();
        const late = hasher.hash('x').catch((error: unknown) => error);
        jest.advanceTimersByTime(4_999);
        const later = hasher.hash('x');
        jest.advanceTimersByTime(1);
        expect(await late).toMatchObject({ code: 'overloaded', headers: { 'Retry-After': '5' } });
        for (let ended = 0; ended < MAXIMUM_AT_ONCE + 1; ended += 1) await work.endOne();
        await expect(served).resolves.toHaveLength(MAXIMUM_AT_ONCE);
        await expect(later).resolves.toBe('a hash');
      } finally {
        jest.useRealTimers();
      }
    });

    it('of 50 at once is served on two cores, even where each takes 180 ms', async () => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
      try {
        jest.spyOn(os, 'availableParallelism').mockReturnValue(2);
        const work = new Work();
        const served = Promise.all(crowd(createHasher(), 50));
        await work.settle();
        for (let pairs = 0; pairs < 25; pairs += 1) {
          jest.advanceTimersByTime(180);
          await work.endOne();
          await work.endOne();
        }
        expect(await served).toHaveLength(50);
      } finally {
        jest.useRealTimers();
      }
    });

    it('continues when bcrypt fails: the turn is passed on', async () => {
      const hasher = createHasher();
      const failing = jest
        .spyOn(library, 'hash')
        .mockImplementation(() => Promise.reject(new Error('no memory')));
      const failed = await Promise.allSettled(Array.from({ length: 10 }, () => hasher.hash('x')));
      expect(failed.map(({ status }) => status)).toEqual(Array<string>(10).fill('rejected'));
      failing.mockRestore();
      expect(await matches(hasher, 'x', await hasher.hash('x'))).toBe(true);
    });
  });
});
