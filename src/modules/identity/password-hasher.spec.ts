import bcrypt from 'bcrypt';
import { testConfig } from '../../../test/support/test-config';
import { DomainError } from '../../common/problem';
import { SecretBox } from '../../platform/config/secret-box';
import { PasswordHasher } from './password-hasher';

const COST = 4;
const MAXIMUM_AT_ONCE = 2;
const MAXIMUM_WAITING = 200;

/** bcrypt without its callbacks. */
interface Bcrypt {
  hash(password: string, cost: number): Promise<string>;
  compare(password: string, hash: string): Promise<boolean>;
}
const library: Bcrypt = bcrypt;

function createHasher(secretKey = 'one secret that is long enough to be taken'): PasswordHasher {
  const config = { ...testConfig('postgres://localhost/none'), secretKey, bcryptCost: COST };
  return new PasswordHasher(config, new SecretBox(config));
}

describe('PasswordHasher', () => {
  afterEach(() => jest.restoreAllMocks());

  describe('a hash', () => {
    it('is of the configured cost, and another one each time', async () => {
      const hasher = createHasher();
      const hashes = [await hasher.hash('a password'), await hasher.hash('a password')];
      expect(hashes.map((hash) => bcrypt.getRounds(hash))).toEqual([COST, COST]);
      expect(hashes[0]).not.toBe(hashes[1]);
      for (const hash of hashes) expect(await hasher.matches('a password', hash)).toBe(true);
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
      ['another Unicode form', 'caf\u00e9', 'cafe\u0301'],
      ['half of another pair', 'x😀', 'x😁'],
    ];
    it.each(others)('does not match %s', async (_, password, other) => {
      const hasher = createHasher();
      const hash = await hasher.hash(password);
      expect(await hasher.matches(other, hash)).toBe(false);
      expect(await hasher.matches(password, hash)).toBe(true);
    });

    it('is of no use without SECRET_KEY', async () => {
      const hash = await createHasher().hash('a password');
      const other = createHasher('another secret that is long enough as well');
      expect(await other.matches('a password', hash)).toBe(false);
      expect(await bcrypt.compare('a password', hash)).toBe(false);
      expect(await createHasher().matches('a password', hash)).toBe(true);
    });
  });

  describe('nobody', () => {
    it('costs as much as somebody: one comparison, of the configured cost', async () => {
      const hasher = createHasher();
      const hash = await hasher.hash('a password');
      const work = jest.spyOn(library, 'hash');
      const compare = jest.spyOn(library, 'compare');
      expect(await hasher.matches('a password', null)).toBe(false);
      expect(await hasher.matches('a password', hash)).toBe(true);
      const compared = compare.mock.calls.map(([, stored]) => bcrypt.getRounds(stored));
      expect(compared).toEqual([COST, COST]);
      expect(work).not.toHaveBeenCalled();
    });

    it('has no password, even if bcrypt says so', async () => {
      jest.spyOn(library, 'compare').mockImplementation(() => Promise.resolve(true));
      expect(await createHasher().matches('a password', null)).toBe(false);
      expect(await createHasher().matches('a password', 'a hash')).toBe(true);
    });
  });

  describe('a crowd', () => {
    /** bcrypt that ends when it is told to, and counts how many run at once. */
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

      /** Lets everything begin that may. */
      async settle(): Promise<void> {
        await new Promise((resolve) => setImmediate(resolve));
      }

      /** Ends what was begun first, and lets what waits for it go on. */
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
          : hasher.matches(`password ${number}`, number % 4 === 1 ? null : 'a hash'),
      );

    it('is served two at a time, and everybody in the end', async () => {
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

    it('is served in the order in which it came', async () => {
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

    it('waits up to 200; who comes after them is told to come back, until there is room', async () => {
      const work = new Work();
      const hasher = createHasher();
      const served = Promise.all(crowd(hasher, MAXIMUM_AT_ONCE + MAXIMUM_WAITING));
      for (const attempt of [() => hasher.hash('x'), () => hasher.matches('x', null)]) {
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

    it('waits four seconds at most; who has not had a turn by then is told to come back', async () => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
      try {
        const work = new Work();
        const hasher = createHasher();
        const served = Promise.all(crowd(hasher, MAXIMUM_AT_ONCE));
        const late = hasher.hash('x').catch((error: unknown) => error);
        jest.advanceTimersByTime(3_999);
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

    it('goes on when bcrypt fails: the turn is passed', async () => {
      const hasher = createHasher();
      const failing = jest
        .spyOn(library, 'hash')
        .mockImplementation(() => Promise.reject(new Error('no memory')));
      const failed = await Promise.allSettled(Array.from({ length: 10 }, () => hasher.hash('x')));
      expect(failed.map(({ status }) => status)).toEqual(Array<string>(10).fill('rejected'));
      failing.mockRestore();
      expect(await hasher.matches('x', await hasher.hash('x'))).toBe(true);
    });
  });
});
