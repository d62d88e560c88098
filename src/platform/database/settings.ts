import { escapeLiteral } from 'pg';

/**
 * A statement that sets a parameter until the end of the transaction.
 * @param name a constant in the code
 * @throws Error for a value with a NUL, which would end the statement's text
 */
export function setLocal(name: string, value: string): string {
  if (value.includes('\0')) throw new Error(`the setting ${name} holds a NUL`);
  return `SET LOCAL ${name} = ${escapeLiteral(value)}`;
}
