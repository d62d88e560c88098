import type Stripe from 'stripe';
import type { Parameters } from './parameters';

/** Keys are merged; an empty value deletes a key, and an empty hash all of them. */
export function mergedMetadata(params: Parameters, current: Stripe.Metadata = {}): Stripe.Metadata {
  const sent = params.hash('metadata');
  if (sent === undefined) return current;
  if (sent === '') return {};
  const merged = Object.entries({ ...current, ...sent });
  return Object.fromEntries(merged.filter(([, value]) => value !== ''));
}

/** The changes that were asked for; what was not sent is left out. */
export function given<T extends object>(changes: T): Partial<T> {
  const entries = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}
