const WARM_UP = 15;
const IDS_BEGIN_AT_MS = Date.UTC(2025, 0, 1);
const MILLISECONDS_OF_IDS = 2 ** 40; // more would not fit below the year 2060

/**
 * Pseudorandom numbers, the same for the same seed and stream: sfc32, by Chris Doty-Humphrey (public domain). Its 128
 * bits of state keep a million streams apart; the 32 of mulberry32 would not.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private idTimeMs: number;

  /** @param stream separates sequences of the same seed */
  constructor(seed: number, stream: number, substream = 0) {
    this.a = seed | 0;
    this.b = stream | 0;
    this.c = substream | 0;
    this.idTimeMs = IDS_BEGIN_AT_MS + ((stream * 1_000) % MILLISECONDS_OF_IDS);
    for (let round = 0; round < WARM_UP; round += 1) this.bits();
  }

  /** From 0 (inclusive) to 1 (exclusive). */
  next(): number {
    return (this.bits() >>> 0) / 2 ** 32;
  }

  /** A whole number from minimum to maximum, both inclusive. */
  integer(minimum: number, maximum: number): number {
    return minimum + Math.floor(this.next() * (maximum - minimum + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!; // an empty list is the caller's fault
  }

  /**
   * A UUIDv7 with a made-up time that grows with every id of a stream and with the streams, so that indexes grow at
   * their end, and that does not depend on the day.
   */
  id(): string {
    const time = (this.idTimeMs += 1).toString(16).padStart(12, '0');
    const [a, b, c] = [this.hex(), this.hex(), this.hex()];
    const variant = ((parseInt(a.charAt(3), 16) & 3) | 8).toString(16);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${a.slice(0, 3)}-${variant}${a.slice(4, 7)}-${b}${c.slice(0, 4)}`;
  }

  /** Eight hexadecimal digits. */
  hex(): string {
    return (this.bits() >>> 0).toString(16).padStart(8, '0');
  }

  private bits(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum;
  }
}
