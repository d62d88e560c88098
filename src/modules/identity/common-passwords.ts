import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dictionary } from '@zxcvbn-ts/language-common';

let passwords: ReadonlySet<string> | null = null;

/**
 * True for one of some 58,000 passwords found most often in leaks, in any letter case: those of
 * `@zxcvbn-ts/language-common`, and the 10,000 most common of 10 characters and more (`scripts/common-passwords.js`).
 */
export function isCommonPassword(password: string): boolean {
  passwords ??= new Set([...dictionary['passwords-common'], ...readLong()]); // at first use: a start does not wait for it
  return passwords.has(password.toLowerCase()) || passwords.has(password);
}

function readLong(): string[] {
  const lines = readFileSync(join(__dirname, 'common-passwords.txt'), 'utf8').trim().split('\n');
  return lines.filter((line) => !line.startsWith('# ')); // the licence
}
