const measure = performance.now.bind(performance);
let aheadMs = 0;

/**
 * So much time is over at once for all in this process that measures it (`monotonicMs`), where a test would have to
 * sleep. It goes back when mocks are restored.
 */
export function jumpAhead(milliseconds: number): void {
  aheadMs += milliseconds;
  jest.spyOn(performance, 'now').mockImplementation(() => measure() + aheadMs);
}

/** No time is over until mocks are restored, however slow the machine is. */
export function stopTime(): void {
  const now = measure();
  jest.spyOn(performance, 'now').mockReturnValue(now);
}
