/** The key that a sign-up gives: shown on the first page until it is left, and kept nowhere else. */
let key: string | null = null;

export function keepFirstKey(first: string): void {
  key = first;
}

export function firstKey(): string | null {
  return key;
}

export function forgetFirstKey(): void {
  key = null;
}
