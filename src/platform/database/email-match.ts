import { canonicalEmail, foldEmail } from '../../common/email';

/** The parameters that `matchesEmail` compares with. */
export function emailForms(email: string): [folded: string, canonical: string] {
  return [foldEmail(email), canonicalEmail(email)];
}

/**
 * A condition for rows with an address, in this or another spelling. Two that are older than canonical forms may match;
 * `nearestFirst` puts the one with this spelling first.
 * @param table has `email_folded`, `email_key` and an index on what it compares by
 * @param at the number of the first of the two parameters of `emailForms`
 */
export function matchesEmail(table: string, at: number): string {
  return `(${table}.email_folded = $${at} OR ${comparedColumn(table)} = $${at + 1})`;
}

/** As in the indexes. Under row-level security, PostgreSQL takes coalesce() for leaky and would read the whole table. */
export function comparedColumn(table: string): string {
  return `CASE WHEN ${table}.email_key IS NULL THEN ${table}.email_folded ELSE ${table}.email_key END`;
}

export function nearestFirst(table: string, at: number): string {
  return `ORDER BY ${table}.email_folded = $${at} DESC LIMIT 1`;
}
