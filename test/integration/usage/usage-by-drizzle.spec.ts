import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import {
  createOtherProgram,
  insertEntitled,
  insertFeature,
  readCounter,
  type OtherProgram,
} from '../../support/usage';

/* The example of docs/features.md, in a program that has its tables by Drizzle. */

const exported = pgTable('exports', { id: text('id').primaryKey() });

let database: TestDatabase;
let program: OtherProgram;
let db: NodePgDatabase;
let businessId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await insertFeature(database, 'exports', 'metered', 'period');
  [businessId] = (await insertEntitled(database, 1, {
    exports: { limit: 5, mode: 'hard' },
  })) as [string];
  program = await createOtherProgram(database, null);
  await database.query('CREATE TABLE public.exports (id text PRIMARY KEY)');
  await database.query(`GRANT ALL ON public.exports TO ${program.role}`);
  db = drizzle(await program.connect());
});
afterAll(async () => {
  await database.query(`REVOKE ALL ON public.exports FROM ${program.role}`);
  await program.drop();
  await database.drop();
});

function exportRows(id: string, rows: number): Promise<unknown> {
  return db.transaction(async (tx) => {
    await tx.insert(exported).values({ id });
    await tx.execute(sql`SELECT tenantry.consume(${businessId}::uuid, 'exports', ${rows}, ${id})`);
  });
}

it('a row and its count are one commit; what is over the limit leaves neither, and says why', async () => {
  await exportRows('first', 3);
  await expect(exportRows('second', 3)).rejects.toMatchObject({
    cause: { code: 'TQ402', detail: expect.stringContaining('"remaining": 2') as string },
  });
  expect(await db.select().from(exported)).toEqual([{ id: 'first' }]);
  expect((await readCounter(database, businessId, 'exports'))!.used).toBe(3);
});
