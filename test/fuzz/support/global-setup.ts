import { randomInt } from 'node:crypto';
import startCluster from '../../support/global-setup';

/** The database of all tests; and one seed for the whole run, said so that it can be run again. */
export default async function setUp(): Promise<void> {
  process.env.FUZZ_SEED ??= String(randomInt(2 ** 31));
  const { FUZZ_SEED, FUZZ_RUNS = '100' } = process.env;
  console.log(`\nFUZZ_SEED=${FUZZ_SEED} FUZZ_RUNS=${FUZZ_RUNS}`);
  await startCluster();
}
