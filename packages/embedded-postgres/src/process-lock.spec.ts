import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Deadline } from './deadline';
import { identifyProcess } from './process-identity';
import { withProcessLock } from './process-lock';

describe('withProcessLock', () => {
  let parent: string;
  let lock: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'embedded-postgres-lock-'));
    lock = join(parent, 'lock');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  /** Twenty at once; answers with the largest number that were ever inside together. */
  async function crowd(): Promise<number> {
    let inside = 0;
    let largest = 0;
    const visit = async () => {
      largest = Math.max(largest, (inside += 1));
      await nextTurn();
      inside -= 1;
    };
    const deadline = new Deadline(30_000);
    await Promise.all(Array.from({ length: 20 }, () => withProcessLock(lock, deadline, visit)));
    return largest;
  }

  function heldBy(holder: string): void {
    mkdirSync(lock);
    writeFileSync(join(lock, `held-${holder}-0`), '');
  }

  it('lets one in at a time and is free afterwards', async () => {
    expect(await crowd()).toBe(1);
    expect([readdirSync(parent), readdirSync(lock)]).toEqual([['lock'], ['free']]);
  });

  it('is taken from a holder that is dead, by one only', async () => {
    heldBy(`${process.pid}_of-another-boot_1`.replaceAll('-', ''));
    expect(await crowd()).toBe(1);
  });

  it('is not taken from a holder that lives', async () => {
    heldBy(identifyProcess(process.pid) ?? '');
    const work = withProcessLock(lock, new Deadline(50), () => Promise.resolve());
    await expect(work).rejects.toThrow(/another process holds .*held-/);
  });

  it('works again in a directory that was emptied', async () => {
    mkdirSync(lock);
    expect(await crowd()).toBe(1);
  });

  it('is given back when the work fails', async () => {
    const failing = () => Promise.reject(new Error('no'));
    await expect(withProcessLock(lock, new Deadline(1_000), failing)).rejects.toThrow('no');
    expect(readdirSync(lock)).toEqual(['free']);
  });
});
