import { createHash } from 'node:crypto';

/** Pseudorandom choices, the same for the same seed. */
export class Random {
  private state: number;

  /** @param seed of the run @param name so that scenarios choose alike, run alone or together */
  constructor(seed: string, name: string) {
    this.state = createHash('sha256').update(`${seed} ${name}`).digest().readUInt32LE();
  }

  /** A whole number; both ends are possible. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
