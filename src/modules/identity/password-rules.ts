import { isCommonPassword } from './common-passwords';
import { passwordTooWeak } from './identity.errors';
import { countUnits } from './password-patterns';

const PRODUCT_NAME = 'tenantry';
const MINIMUM_LENGTH = 10;
/** A repetition or a sequence is one unit: `aaaaaaaaaa` has one, `1qaz2wsx3edc` three. */
const MINIMUM_UNITS = 6;
const NAMES_COUNT_FROM = 4;
/** The least length of the rest beside a word of a name: `lovelace2026` is refused, a sentence with the word is not. */
const MINIMUM_BESIDE_WORD = 8;
/** Up to five digits or signs at an end of a common password do not make it another. */
const DECORATION = /^[\p{N}\p{P}\p{S}]{0,5}(.+?)[\p{N}\p{P}\p{S}]{0,5}$/su;

/** The person who sets the password. */
export interface PasswordOwner {
  email: string;
  /** Of the person and of the person's businesses. */
  names: readonly string[];
}

/** The form in which a password is checked and hashed: keyboards write `é` in two ways (NIST SP 800-63B, 3.1.1.2). */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}

/**
 * Refuses what is guessed first (NIST SP 800-63B, 3.1.1.2): common passwords, repetitions and sequences, and the names
 * of the product, the business and the person. Length is checked with the field, as typed, and here in NFC.
 * @throws 422 password_too_weak
 */
export function assertPasswordIsStrong(password: string, owner: PasswordOwner): void {
  const reason = findWeakness(normalizePassword(password), owner);
  if (reason !== null) throw passwordTooWeak(reason);
}

function findWeakness(password: string, { email, names }: PasswordOwner): string | null {
  if ([...password].length < MINIMUM_LENGTH)
    return `the password has fewer than ${MINIMUM_LENGTH} characters in its composed form (NFC)`;
  if (isCommonPassword(password)) return 'this password is on the list of common passwords';
  if (countUnits(password) < MINIMUM_UNITS)
    return 'the password is made of repetitions or sequences';
  if (isCommonPassword(DECORATION.exec(password)?.[1] ?? password))
    return 'the password is a common one with digits or signs around it';
  return findName(password, email, names);
}

function findName(password: string, email: string, names: readonly string[]): string | null {
  const localPart = email.slice(0, email.lastIndexOf('@')).toLowerCase();
  if (isLong(localPart) && password.toLowerCase().includes(localPart))
    return 'the password contains the name of the e-mail address';
  const letters = lettersOf(password);
  if (letters.includes(PRODUCT_NAME)) return 'the password contains the name of the product';
  const isNamed = names.some((name) => contains(letters, name));
  return isNamed ? 'the password contains the name of the person or of a business' : null;
}

/** The whole name, however it is spaced, or a word of it with little beside it. */
function contains(letters: string, name: string): boolean {
  const whole = lettersOf(name);
  if (isLong(whole) && letters.includes(whole)) return true;
  const words = name.split(/[^\p{L}\p{N}]+/u).map(lettersOf);
  return words.some((word) => isLong(word) && isMostly(word, letters));
}

function isMostly(word: string, letters: string): boolean {
  const rest = letters.replace(word, '');
  return rest !== letters && [...rest].length < MINIMUM_BESIDE_WORD;
}

function lettersOf(text: string): string {
  return normalizePassword(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function isLong(name: string): boolean {
  return [...name].length >= NAMES_COUNT_FROM;
}
