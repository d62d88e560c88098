/**
 * The form in which addresses are compared: only ASCII letters are folded. Unicode folding would merge look-alikes
 * (the Kelvin sign and k, say) into one person. The database folds the same way.
 */
export function foldEmail(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
