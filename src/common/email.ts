import { domainToASCII } from 'node:url';

/**
 * Folds ASCII letters only: Unicode folding would merge characters that only appear equal. The database folds the same
 * way (`email_folded`).
 */
export function foldEmail(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * The form in which addresses are compared: the domain as IDNA A-labels (UTS 46), the local part composed (NFC, RFC 6532
 * section 3.1) and folded. Mail is sent to the address as its owner typed it, never to this form.
 */
export function canonicalEmail(email: string): string {
  const at = email.lastIndexOf('@') + 1;
  const domain = foldEmail(email.slice(at));
  const local = compose(foldEmail(compose(email.slice(0, at)))); // folding may leave letters that compose: T̈, then ẗ
  return local + (domainToASCII(domain) || domain);
}

/** What `email_key` holds: the canonical form where `email_folded` is another one. */
export function emailKeyOf(email: string): string | null {
  const canonical = canonicalEmail(email);
  return canonical === foldEmail(email) ? null : canonical;
}

/** The address of a row as its table compares it. Accounts older than canonical forms may share one, and keep their own. */
export function comparedEmail(row: { emailFolded: string; emailKey: string | null }): string {
  return row.emailKey ?? row.emailFolded;
}

/** Whether two spellings are one address. */
export function isSameEmail(one: string, other: string): boolean {
  return foldEmail(one) === foldEmail(other) || canonicalEmail(one) === canonicalEmail(other);
}

/** NFC, but for the characters that it makes ASCII ones: the Kelvin sign stays apart from K. */
export function compose(text: string): string {
  return text.replace(/[^\u037E\u1FEF\u212A]+/g, (part) => part.normalize('NFC'));
}
