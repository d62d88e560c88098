import {
  contend,
  DAILY,
  gather,
  LASTING,
  RECORDINGS,
  type Contestants,
} from '../support/mixed-ways';
import { Replicas } from '../../support/replicas';
import { TestApplication } from '../../support/test-application';

/* The contest of test/product/e2e/mixed-ways.e2e-spec.ts over server processes, with more seeds. */

const LIMIT = 12;
const SEEDS = Array.from({ length: 20 }, (_, index) => 100 + index);

let replicas: Replicas;
let applications: TestApplication[];
let contestants: Contestants;
beforeAll(async () => {
  replicas = await Replicas.start({}, {});
  const { database } = replicas;
  applications = [
    await TestApplication.start({}, database),
    await TestApplication.start({}, database),
  ];
  contestants = await gather(applications, replicas.servers);
});
afterAll(async () => {
  await contestants.end();
  for (const { app } of applications) await app.close();
  await replicas.stop();
});

describe.each([RECORDINGS, DAILY, LASTING])('$key, which resets by $resets', (feature) => {
  it.each(SEEDS)(
    '3N at once for N: N are admitted, and counted by rows (seed %i)',
    async (seed) => {
      const outcome = await contend(contestants, feature, LIMIT, seed);
      expect(outcome).toMatchObject({ admitted: LIMIT, counter: LIMIT, rows: LIMIT });
    },
  );
});
