import { dictionary } from '@zxcvbn-ts/language-common';

let passwords: ReadonlySet<string> | null = null;

/** True for one of some 49,000 passwords most often found in leaks, in any letter case. */
export function isCommonPassword(password: string): boolean {
  passwords ??= new Set(dictionary['passwords-common']); // unpacked at first use: it should not delay the start
  return passwords.has(password.toLowerCase()) || passwords.has(password);
}
