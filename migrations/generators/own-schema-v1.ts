import type { QueryRunner } from 'typeorm';

/** What migrations made in `public`, before installations had a schema of their own. */
export interface Objects {
  tables: string[];
  functions: string[];
}

/**
 * Moves what an installation has in `public` to `tenantry`, with indexes, constraints, triggers, policies and sequences.
 * Only for names that migrations before it have made in `public`: another table of that name cannot be there then.
 */
export async function moveFromPublic(runner: QueryRunner, objects: Objects): Promise<void> {
  await move(runner, objects, 'public', 'tenantry');
}

/** Undoes `moveFromPublic`. */
export async function moveToPublic(runner: QueryRunner, objects: Objects): Promise<void> {
  await move(runner, objects, 'tenantry', 'public');
}

/** The comment of the schema says it, for the migrations that move something and for the way back. */
export async function wasInPublic(runner: QueryRunner): Promise<boolean> {
  const rows = (await runner.query(
    `SELECT FROM pg_namespace WHERE nspname = 'tenantry' AND obj_description(oid, 'pg_namespace') = '${IN_PUBLIC}'`,
  )) as unknown[];
  return rows.length > 0;
}

export const IN_PUBLIC = 'its tables were in public before';

async function move(runner: QueryRunner, { tables, functions }: Objects, from: string, to: string) {
  for (const name of tables) await runner.query(`ALTER TABLE ${from}.${name} SET SCHEMA ${to}`);
  for (const name of functions)
    await runner.query(`ALTER FUNCTION ${from}.${name} SET SCHEMA ${to}`);
}
