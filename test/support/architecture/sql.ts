const COMMENT_OR_LITERAL = /--[^\n]*|\/\*[^]*?\*\/|\$(\w*)\$[^]*?\$\1\$|'(?:[^']|'')*'/g;

/** SQL as one line without comments; text in quotes, the body of a function too, is left out. */
export function bareSql(sql: string): string {
  return sql
    .replace(COMMENT_OR_LITERAL, (found) => (/^(--|\/\*)/.test(found) ? ' ' : `''`))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Commands that take a list at their top level: of subcommands, of objects, of roles. */
const TAKES_A_LIST = /^(ALTER(?! ROLE\b.* SET search_path)|DROP|TRUNCATE|LOCK|GRANT|REVOKE)\b/i;
const WRITES = /\b(INSERT INTO|(?<!\bFOR |\bDO |\bOR )UPDATE(?! OF\b)|DELETE FROM|MERGE INTO)\b/gi;

/**
 * Why a statement of a migration changes more than one thing (one object, one subcommand): null where it does not.
 * A distributing proxy sends a statement on as it is, and takes one subcommand.
 */
export function findSecondChange(sql: string): string | null {
  const outer = withoutParentheses(bareSql(sql)).replace(/;\s*$/, '');
  if (outer.includes(';')) return 'several statements in one';
  if (/^DO\b/i.test(outer)) return 'a block, which may change anything';
  if (TAKES_A_LIST.test(outer) && outer.includes(',')) return 'several objects or subcommands';
  const writes = /^CREATE\b/i.test(outer) ? [] : [...bareSql(sql).matchAll(WRITES)];
  return writes.length > 1 ? 'several tables are written' : null;
}

function withoutParentheses(sql: string): string {
  const shorter = sql.replace(/\([^()]*\)/g, '');
  return shorter === sql ? sql : withoutParentheses(shorter);
}
