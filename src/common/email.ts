/**
 * The form in which addresses are compared: ASCII letters folded and nothing else. With Unicode folding,
 * look-alikes (the Kelvin sign and k, say) would be one person. The database folds alike.
 */
export function foldEmail(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
