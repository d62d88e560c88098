import { useParams } from '@tanstack/react-router';

/** A part of the address, by the name that its route gives it. */
export function useParameter(name: string): string {
  const parameters: unknown = useParams({ strict: false });
  const value = (parameters as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : '';
}
