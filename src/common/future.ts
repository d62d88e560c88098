import { validationFailed } from './problems';

/** Parses a moment that must lie in the future. @throws 422 validation_failed when it does not */
export function toFuture(instant: string, now: Date, pointer: string): Date {
  const moment = new Date(instant);
  if (moment > now) return moment;
  throw validationFailed([{ pointer, code: 'past', detail: 'must lie in the future' }]);
}
