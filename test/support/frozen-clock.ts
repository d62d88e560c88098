import type { TestApplication } from './test-application';

/**
 * The server's clock stands still at this moment, so that a test can say "not a millisecond longer" on a machine
 * of any speed. `jest.restoreAllMocks()` lets it go on.
 */
export function freezeClockAt(server: TestApplication, instant: string | Date | number): void {
  jest.spyOn(server.clock, 'at').mockReturnValue(new Date(instant));
}
