import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import {
  createOtherProgram,
  insertEntitled,
  insertFeature,
  readCounter,
  type OtherProgram,
} from '../support/usage';

/* The transaction that docs/features.md shows, as a script of psql. */

const hasPsql = spawnSync('psql', ['--version']).status === 0;
const [, EXAMPLE] = /```sql\n(?:--[^\n]*\n)?(BEGIN;.*?)```/s.exec(
  readFileSync('docs/features.md', 'utf8'),
)!;

let database: TestDatabase;
let program: OtherProgram;
let business: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await insertFeature(database, 'exports', 'metered', 'period');
  [business] = (await insertEntitled(database, 1, {
    exports: { limit: 5, mode: 'hard' },
  })) as [string];
  program = await createOtherProgram(database, business);
  await database.query('CREATE TABLE public.my_exports (id text PRIMARY KEY, business_id uuid)');
  await database.query(`GRANT ALL ON public.my_exports TO ${program.role}`);
});
afterAll(async () => {
  await database.query(`REVOKE ALL ON public.my_exports FROM ${program.role}`);
  await program.drop();
  await database.drop();
});

/** @param id of the export, in place of 42 */
function runExample(id: string): { status: number | null; stderr: string } {
  const input = EXAMPLE!.replaceAll('42', id).replaceAll('018f…', business);
  const settings = ['-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose'];
  return spawnSync('psql', ['-X', ...settings, program.url], { input, encoding: 'utf8' });
}

const readExports = () => database.query('SELECT id FROM public.my_exports');

// Only PostgreSQL's own packages have psql: apt-get install postgresql-client.
(hasPsql ? it : it.skip)('psql counts in the commit of a row, or leaves neither', async () => {
  expect(runExample('42')).toMatchObject({ status: 0, stderr: '' });
  const { status, stderr } = runExample('43');
  expect(status).toBe(3);
  expect(stderr).toMatch(/TQ402: quota_exceeded.*DETAIL: +\{.*"remaining": 2/s);
  expect(await readExports()).toEqual([{ id: '42' }]);
  expect((await readCounter(database, business, 'exports'))!.used).toBe(3);
});
