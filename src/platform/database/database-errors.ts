import { DomainError } from '../../common/problem';
import { databaseUnavailable, overloaded, storageFull } from '../../common/problems';

const RETRY_AFTER_SECONDS = '2';

// PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const RETRIABLE = new Set(['40001', '40P01']); // serialization_failure, deadlock_detected
const UNAVAILABLE = /^(08|3D000|53[03]|57P|25006|55P03|57014)/; // connection, no such database, resources, shutdown, read-only, time-outs
const ENDED = /^(08|57P)/; // the server closed the connection
const FULL = new Set(['53100']);
const SOCKET_FAULTS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
// "Query runner already released": TypeORM lets go of a connection as soon as it hears that it broke.
const POOL_FAULTS =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout|not queryable|server conn crashed|Query runner already released/i;

interface DriverError extends Error {
  code?: string;
  constraint?: string;
}

/** True for what a second try in a fresh transaction cures. */
export function isRetriable(error: unknown): boolean {
  return RETRIABLE.has(driverError(error)?.code ?? '');
}

/** True where somebody else held a lock for longer than `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return driverError(error)?.code === '55P03'; // lock_not_available
}

/** The name of the constraint that refused a write, or null. Repositories map it to their own problem. */
export function violatedConstraint(error: unknown): string | null {
  return driverError(error)?.constraint ?? null;
}

/** Turns the database's weather into 503 and 507; anything else stays what it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const code = driverError(error)?.code ?? '';
  if (FULL.has(code)) return storageFull({ cause: error, headers: { 'Retry-After': '60' } });
  if (RETRIABLE.has(code))
    return overloaded({ cause: error, headers: { 'Retry-After': RETRY_AFTER_SECONDS } }); // after all tries
  if (UNAVAILABLE.test(code) || isConnectionLost(error)) {
    return databaseUnavailable({ cause: error, headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
  }
  return error;
}

/** True when the connection itself has failed or gone silent, so that not even ROLLBACK makes sense on it. */
export function isConnectionLost(error: unknown): boolean {
  const cause = driverError(error);
  if (!cause) return false;
  return (
    SOCKET_FAULTS.has(cause.code ?? '') ||
    ENDED.test(cause.code ?? '') ||
    POOL_FAULTS.test(cause.message)
  );
}

function driverError(error: unknown): DriverError | null {
  if (!(error instanceof Error)) return null;
  const wrapped = (error as { driverError?: unknown }).driverError; // TypeORM's QueryFailedError
  return wrapped instanceof Error ? wrapped : error;
}
