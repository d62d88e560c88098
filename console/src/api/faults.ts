import { ValidationFailedError } from '@tenantry/client';

/** The faults of fields by their names: `/price/amount` is `price.amount`. */
export function faultsByField(error: unknown): Record<string, string> {
  if (!(error instanceof ValidationFailedError)) return {};
  const entries = error.details.errors.map(({ pointer, detail }) => [
    pointer.slice(1).replaceAll('/', '.'),
    detail,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** What the server says of fields that `form` does not have, as a sentence each; without a form, of all. */
export function faultsOutside(form: HTMLFormElement | null, error: unknown): string[] {
  return Object.entries(faultsByField(error))
    .filter(([name]) => !form?.elements.namedItem(name))
    .map(([name, detail]) => `${name} ${detail}.`);
}
