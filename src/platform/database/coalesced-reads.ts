interface Running<T> {
  ended: Promise<void>;
  /** For those who ask meanwhile. */
  next?: Promise<T>;
}

/**
 * Equal reads that are asked for at the same time are done once. Who asks while one runs waits for its end and shares
 * the next, so that every answer is of a moment after it was asked for. An event makes all open pages of a business ask
 * for the same at once.
 */
export class CoalescedReads {
  private readonly running = new Map<string, Running<unknown>>();

  /**
   * @param key equal for what may share an answer
   * @returns what `read` gave to the first of those who share it. Others have the same objects, which no one may change
   */
  run<T>(key: string, read: () => Promise<T>): Promise<T> {
    const running = this.running.get(key) as Running<T> | undefined;
    if (!running) return this.begin(key, read);
    return (running.next ??= running.ended.then(() => this.begin(key, read)));
  }

  private begin<T>(key: string, read: () => Promise<T>): Promise<T> {
    const answer = new Promise<T>((resolve) => resolve(read())); // rejected by what it throws, too
    const end = (): void => {
      if (!running.next) this.running.delete(key); // else the next one takes its place
    };
    const running: Running<T> = { ended: answer.then(end, end) };
    this.running.set(key, running);
    return answer;
  }
}
