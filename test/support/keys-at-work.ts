import type { Response } from 'supertest';
import { holdingLocks } from './held-locks';
import type { TestDatabase } from './test-database';

/* A request that has done its work and cannot store its answer: it is at work for as long as a test wants. */

const LOCK = 4_711;

/** From now on the storing of an answer waits for the lock that `whileAtWork` holds. */
export async function letAnswersStall(database: TestDatabase): Promise<void> {
  await database.query(`
    CREATE OR REPLACE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${LOCK}); RETURN NEW; END $$`);
  await database.query(`
    CREATE OR REPLACE TRIGGER stall BEFORE INSERT OR UPDATE ON idempotency_keys
    FOR EACH ROW WHEN (NEW.status IS NOT NULL) EXECUTE FUNCTION stall()`);
}

/** Sends a request, and the same again while the first one is at work: the second cannot wait for it. */
export async function whileAtWork(
  database: TestDatabase,
  send: () => PromiseLike<Response>,
): Promise<{ first: Response; second: Response }> {
  const { running, second } = await holdingLocks(
    database,
    'SELECT pg_advisory_xact_lock($1)',
    [LOCK],
    async (untilWaited) => {
      const first = Promise.resolve(send());
      await untilWaited();
      return { running: first, second: await send() };
    },
  );
  return { first: await running, second };
}
