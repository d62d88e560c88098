/** A connection that takes queries. */
export interface Queryable {
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}

/** The schema of the application, and the one in which it was before; the queue's tables are graphile-worker's own. */
const SCHEMAS = `(SELECT oid FROM pg_namespace WHERE nspname IN ('tenantry', 'public'))`;
/** Partitions are as their table is. */
const TABLE = `class.relkind IN ('r', 'p') AND NOT class.relispartition AND class.relnamespace IN ${SCHEMAS}`;

export interface Column {
  table: string;
  name: string;
  /** As PostgreSQL writes it: `timestamp(3) with time zone`. */
  type: string;
  isNullable: boolean;
  isGenerated: boolean;
  default: string | null;
}

export async function listTables(database: Queryable): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class AS class WHERE ${TABLE} ORDER BY name`,
  );
  return rows.map(({ name }) => name);
}

export function listColumns(database: Queryable): Promise<Column[]> {
  return database.query<Column>(`
    SELECT class.relname AS "table", attribute.attname AS name,
           format_type(attribute.atttypid, attribute.atttypmod) AS type,
           NOT attribute.attnotnull AS "isNullable", attribute.attgenerated <> '' AS "isGenerated",
           pg_get_expr(adbin, adrelid) AS "default"
    FROM pg_attribute AS attribute JOIN pg_class AS class ON class.oid = attribute.attrelid
    LEFT JOIN pg_attrdef ON adrelid = attribute.attrelid AND adnum = attribute.attnum
    WHERE ${TABLE} AND attribute.attnum > 0 AND NOT attribute.attisdropped
    ORDER BY class.relname, attribute.attnum`);
}

export interface RowSecurity {
  table: string;
  isEnabled: boolean;
  isForced: boolean;
  policies: {
    command: string;
    permissive: boolean;
    roles: string[];
    using: string;
    check: string;
  }[];
}

export function listRowSecurity(database: Queryable): Promise<RowSecurity[]> {
  return database.query<RowSecurity>(`
    SELECT class.relname AS "table", class.relrowsecurity AS "isEnabled", class.relforcerowsecurity AS "isForced",
           coalesce((
             SELECT json_agg(json_build_object(
               'command', polcmd, 'permissive', polpermissive,
               'roles', ARRAY(SELECT CASE role WHEN 0 THEN 'public' ELSE role::regrole::text END FROM unnest(polroles) AS role),
               'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid)))
             FROM pg_policy WHERE polrelid = class.oid
           ), '[]') AS policies
    FROM pg_class AS class WHERE ${TABLE} ORDER BY class.relname`);
}

export interface ForeignKey {
  name: string;
  from: string;
  to: string;
  /** Pairs of columns, in the order of the key. */
  pairs: [from: string, to: string][];
}

export function listForeignKeys(database: Queryable): Promise<ForeignKey[]> {
  return database.query<ForeignKey>(`
    SELECT conname AS name, conrelid::regclass::text AS "from", confrelid::regclass::text AS "to",
           (SELECT json_agg(json_build_array(own.attname, other.attname) ORDER BY place)
            FROM unnest(conkey, confkey) WITH ORDINALITY AS pair (own_number, other_number, place)
            JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = own_number
            JOIN pg_attribute AS other ON other.attrelid = confrelid AND other.attnum = other_number) AS pairs
    FROM pg_constraint JOIN pg_class AS class ON class.oid = conrelid
    WHERE contype = 'f' AND ${TABLE} ORDER BY conname`);
}

export interface Constraint {
  table: string;
  name: string;
  /** pg_constraint.contype; NOT NULL, which PostgreSQL 18 lists and names by itself, is left out. */
  type: 'p' | 'f' | 'u' | 'c' | 'x' | 't';
}

export function listConstraints(database: Queryable): Promise<Constraint[]> {
  return database.query<Constraint>(`
    SELECT class.relname AS "table", conname AS name, contype AS type
    FROM pg_constraint JOIN pg_class AS class ON class.oid = conrelid
    WHERE contype <> 'n' AND ${TABLE} ORDER BY class.relname, conname`);
}

export interface Index {
  table: string;
  name: string;
  isUnique: boolean;
  /** Null for one that stands alone; otherwise the type of the constraint that it serves. */
  constraintType: string | null;
  /** Columns; an expression is written as it is. */
  columns: string[];
}

export function listIndexes(database: Queryable): Promise<Index[]> {
  return database.query<Index>(`
    SELECT class.relname AS "table", own.relname AS name, indisunique AS "isUnique", contype AS "constraintType",
           ARRAY(SELECT pg_get_indexdef(indexrelid, place, true) FROM generate_series(1, indnkeyatts) AS place) AS columns
    FROM pg_index JOIN pg_class AS class ON class.oid = indrelid JOIN pg_class AS own ON own.oid = indexrelid
    LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u', 'x')
    WHERE ${TABLE} ORDER BY class.relname, own.relname`);
}

export interface Trigger {
  table: string;
  name: string;
  calls: string;
  definition: string;
  isEnabled: boolean;
  /** What the function is given. */
  arguments: string[];
}

export function listTriggers(database: Queryable): Promise<Trigger[]> {
  return database.query<Trigger>(`
    SELECT class.relname AS "table", tgname AS name, proname AS calls, pg_get_triggerdef(pg_trigger.oid) AS definition,
           tgenabled = 'O' AS "isEnabled",
           (string_to_array(encode(tgargs, 'escape'), '\\000'))[1:tgnargs] AS arguments
    FROM pg_trigger JOIN pg_class AS class ON class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND ${TABLE} ORDER BY class.relname, tgname`);
}

/** Everything that a migration may make or leave behind, one line each. Equal dumps are equal schemas. */
export async function dumpCatalog(database: Queryable): Promise<string[]> {
  const rows = await database.query<{ line: string }>(
    `SELECT line FROM (${DUMP}) AS dump ORDER BY line`,
  );
  return rows.map(({ line }) => line);
}

// What an extension brings along is its own business; the extension itself is listed.
const OWN = `NOT EXISTS (SELECT FROM pg_depend WHERE pg_depend.objid = own.oid AND deptype = 'e')`;

const DUMP = `
  SELECT format('table %s %s row security %s forced %s options %s grants %s', relname, relkind, relrowsecurity,
                relforcerowsecurity, reloptions, relacl) AS line
  FROM pg_class AS own WHERE relnamespace IN ${SCHEMAS} AND relkind NOT IN ('i', 'I') AND ${OWN}
  UNION ALL
  -- Without its number: a column that went and came back has another one.
  SELECT format('column %s.%s %s not null %s default %s generated %s', relname, attname,
                format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid), attgenerated)
  FROM pg_attribute JOIN pg_class AS own ON own.oid = attrelid
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE relnamespace IN ${SCHEMAS} AND relkind NOT IN ('i', 'I') AND attnum > 0 AND NOT attisdropped AND ${OWN}
  UNION ALL
  SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(own.oid))
  FROM pg_constraint AS own WHERE connamespace IN ${SCHEMAS} AND ${OWN}
  UNION ALL
  SELECT format('index %s', pg_get_indexdef(indexrelid)) FROM pg_index JOIN pg_class AS own ON own.oid = indexrelid
  WHERE relnamespace IN ${SCHEMAS}
  UNION ALL
  SELECT format('policy %s.%s %s %s using %s check %s', polrelid::regclass, polname, polcmd, polpermissive,
                pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
  FROM pg_policy
  UNION ALL
  SELECT format('trigger %s', pg_get_triggerdef(own.oid)) FROM pg_trigger AS own JOIN pg_class ON pg_class.oid = tgrelid
  WHERE NOT tgisinternal AND relnamespace IN ${SCHEMAS}
  UNION ALL
  SELECT format('function %s', pg_get_functiondef(own.oid)) FROM pg_proc AS own
  WHERE pronamespace IN ${SCHEMAS} AND prokind = 'f' AND ${OWN}
  UNION ALL
  SELECT format('type %s', typname) FROM pg_type AS own
  WHERE typnamespace IN ${SCHEMAS} AND typelem = 0 AND ${OWN}
  UNION ALL
  SELECT format('extension %s', extname) FROM pg_extension
  UNION ALL
  SELECT format('schema %s', nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'
  UNION ALL
  SELECT format('default grants %s %s', defaclobjtype, defaclacl) FROM pg_default_acl`;

/** The columns of the application; the table of the migrations is TypeORM's. */
export function applicationColumns(columns: Column[]): Column[] {
  return columns.filter(({ table }) => table !== 'migrations');
}

export function tenantTables(columns: Column[]): string[] {
  return columns.filter(({ name }) => name === 'business_id').map(({ table }) => table);
}

/** `table.column` of each. */
export function columnNames(columns: Column[]): string[] {
  return columns.map(({ table, name }) => `${table}.${name}`);
}
