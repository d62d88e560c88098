/*
 * TEST_DATE (an ISO instant) runs the suite as if it were that time: the clocks of all test applications begin there
 * and go on. Only TestApplication knows; processes of their own keep the real time.
 */

/** How much later than the database's time it is for the tests; 0 unless TEST_DATE says otherwise. */
export const TEST_DATE_OFFSET_MS = readOffsetMs(process.env.TEST_DATE);

function readOffsetMs(date: string | undefined): number {
  if (!date) return 0;
  const offsetMs = Date.parse(date) - Date.now();
  if (Number.isNaN(offsetMs)) throw new Error(`TEST_DATE is no instant: ${date}`);
  return Math.round(offsetMs);
}
