import { SEEDED_COLUMNS, type ColumnType, type Row, type SeededTable, type Value } from './rows';

/** One statement for any number of rows: each column is one parameter. COPY is refused under row-level security. */
export interface Insert {
  sql: string;
  parameters: string[];
}

export function insertInto(table: SeededTable, rows: readonly Row[]): Insert {
  const columns = Object.entries<ColumnType>(SEEDED_COLUMNS[table]);
  const names = columns.map(([name]) => name).join(', ');
  const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
  return {
    sql: `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})`,
    parameters: columns.map(([name, type]) => arrayOf(rows, name, type)),
  };
}

/** In PostgreSQL's notation of arrays. Most columns hold nothing that needs quotes. */
function arrayOf(rows: readonly Row[], name: string, type: ColumnType): string {
  const literal = type === 'text' || type === 'jsonb' ? quoted : plain;
  return `{${rows.map((row) => literal(row[name]!)).join(',')}}`;
}

function plain(value: Value): string {
  if (value === null) return 'NULL';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? quoted(value) : String(value);
}

function quoted(value: Value): string {
  if (value === null) return 'NULL';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
