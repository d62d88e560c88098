// Millions of rows in minutes: without triggers, policies, keys and indexes, which are made anew afterwards.

/** As the owner of the tables. What triggers would write (audit, history) is missing. */
async function loadInBulk(client, tables, load) {
  const { rows } = await client.query(MADE_ANEW, [tables]);
  const inTurn = async (statements) => {
    for (const statement of statements) await client.query(statement);
  };
  const setRules = (state) =>
    inTurn(
      tables.map(
        (table) => `ALTER TABLE ${table} ${state} TRIGGER USER, ${state} ROW LEVEL SECURITY`,
      ),
    );
  await setRules('DISABLE');
  await inTurn(rows.map(({ drop }) => drop));
  await load();
  await inTurn(rows.map(({ make }) => make).reverse());
  await setRules('ENABLE');
}

// Foreign keys go first and come last: each needs the key that it refers to.
const MADE_ANEW = `
  SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
         format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make,
         contype = 'f' AS refers
  FROM pg_constraint
  WHERE (contype = 'f' AND confrelid = ANY ($1::regclass[])) OR (contype IN ('f', 'p', 'u', 'x') AND conrelid = ANY ($1::regclass[]))
  UNION ALL
  SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid), false
  FROM pg_index
  WHERE indrelid = ANY ($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
  ORDER BY refers DESC`;

module.exports = { loadInBulk };
