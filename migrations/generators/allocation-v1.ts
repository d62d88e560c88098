import type { QueryRunner } from 'typeorm';

export interface Allocation {
  /** The key of an allocated feature. */
  feature: string;
  /** A table with `business_id`. */
  table: string;
  /** Whether a row counts, as SQL over its columns: `(row) => `${row}.deleted_at IS NULL``. */
  counts: (row: string) => string;
}

/**
 * Keeps the counter of an allocated feature equal to the rows that it stands for, in the transaction that writes them,
 * whichever code or command writes them. Counts the rows that exist already. A released version never changes; a
 * migration that needs something else gets a new one.
 */
export async function createAllocation(
  runner: QueryRunner,
  { feature, table, counts }: Allocation,
): Promise<void> {
  await runner.query(`
    INSERT INTO usage_counters (business_id, feature, used, carried_over)
    SELECT business_id, '${feature}', count(*), 0 FROM ${table} WHERE ${counts(table)} GROUP BY business_id`);
  await runner.query(countInserted(feature, counts('written')));
  await runner.query(countChanged(feature, counts('NEW')));
  await runner.query(`
    CREATE TRIGGER allocate_${table} AFTER INSERT ON ${table} REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION allocate_${feature}()`);
  await runner.query(`
    CREATE TRIGGER reallocate_${table} AFTER UPDATE ON ${table}
    FOR EACH ROW WHEN ((${counts('OLD')}) IS DISTINCT FROM (${counts('NEW')})) EXECUTE FUNCTION reallocate_${feature}()`);
  await runner.query(`
    CREATE TRIGGER release_${table} AFTER DELETE ON ${table}
    FOR EACH ROW WHEN (${counts('OLD')}) EXECUTE FUNCTION reallocate_${feature}()`);
}

/** Undoes `createAllocation`. */
export async function dropAllocation(
  runner: QueryRunner,
  { feature, table }: Pick<Allocation, 'feature' | 'table'>,
): Promise<void> {
  for (const trigger of ['release', 'reallocate', 'allocate'])
    await runner.query(`DROP TRIGGER ${trigger}_${table} ON ${table}`);
  await runner.query(`DROP FUNCTION reallocate_${feature}`);
  await runner.query(`DROP FUNCTION allocate_${feature}`);
  await runner.query(`DELETE FROM usage_counters WHERE feature = '${feature}'`);
}

/** One statement for many rows, in the order in which counters are locked. */
function countInserted(feature: string, counts: string): string {
  return `
  CREATE FUNCTION allocate_${feature}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO usage_counters AS counter (business_id, feature, used, carried_over)
    SELECT business_id, '${feature}', count(*), 0 FROM written WHERE ${counts}
    GROUP BY business_id ORDER BY business_id
    ON CONFLICT (business_id, feature) DO UPDATE SET used = counter.used + excluded.used;
    RETURN NULL;
  END $$`;
}

/** Its triggers call it where a row begins to count or no longer counts. */
function countChanged(feature: string, counts: string): string {
  return `
  CREATE FUNCTION reallocate_${feature}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' AND (${counts}) THEN
      INSERT INTO usage_counters AS counter (business_id, feature, used, carried_over)
      VALUES (NEW.business_id, '${feature}', 1, 0)
      ON CONFLICT (business_id, feature) DO UPDATE SET used = counter.used + 1;
    ELSE
      UPDATE usage_counters SET used = used - 1 WHERE business_id = OLD.business_id AND feature = '${feature}';
    END IF;
    RETURN NULL;
  END $$`;
}
