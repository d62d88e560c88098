const FIRST_BYTES = 4 * 1024;

/** Collects chunks in one buffer that doubles: it takes at most twice what has arrived. */
export class GrowingBuffer {
  private buffer: Buffer;
  private used = 0;

  /** @param announcedBytes trusted up to 4 KiB: a false Content-Length must not allocate memory */
  constructor(announcedBytes: number) {
    this.buffer = Buffer.allocUnsafe(Math.min(announcedBytes || FIRST_BYTES, FIRST_BYTES));
  }

  get length(): number {
    return this.used;
  }

  append(piece: Buffer): void {
    const needed = this.used + piece.length;
    if (needed > this.buffer.length) this.grow(Math.max(needed, 2 * this.buffer.length));
    this.used += piece.copy(this.buffer, this.used);
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  private grow(size: number): void {
    const larger = Buffer.allocUnsafe(size);
    this.buffer.copy(larger, 0, 0, this.used);
    this.buffer = larger;
  }
}
