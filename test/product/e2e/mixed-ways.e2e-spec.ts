import {
  contend,
  DAILY,
  gather,
  LASTING,
  RECORDINGS,
  type Contestants,
} from '../support/mixed-ways';
import { TestApplication } from '../../support/test-application';

/*
 * One limit, and four ways to count against it, mixed at random over two replicas: flushes of a table, transactions of
 * this server, transactions of another program, and requests of a service key.
 */

const LIMIT = 12;
const SEEDS = [1, 2, 3];

let here: TestApplication;
let elsewhere: TestApplication;
let contestants: Contestants;
beforeAll(async () => {
  here = await TestApplication.start();
  elsewhere = await TestApplication.start({}, here.database);
  contestants = await gather([here, elsewhere]);
});
afterAll(async () => {
  await contestants.end();
  await elsewhere.app.close();
  await here.stop();
});

describe.each([RECORDINGS, DAILY, LASTING])('$key, which resets by $resets', (feature) => {
  it.each(SEEDS)(
    '3N at once for N: N are admitted, and counted by rows (seed %i)',
    async (seed) => {
      const outcome = await contend(contestants, feature, LIMIT, seed);
      expect(outcome).toMatchObject({ admitted: LIMIT, counter: LIMIT, rows: LIMIT });
      expect(Math.min(...Object.values(outcome.calls))).toBeGreaterThan(0);
    },
  );
});
