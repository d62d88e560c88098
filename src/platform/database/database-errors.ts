import { DomainError } from '../../common/problem';
import { databaseUnavailable, overloaded, storageFull } from '../../common/problems';

const RETRY_AFTER_SECONDS = '2';

// PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
const RETRIABLE = new Set(['40001', '40P01']); // serialization_failure, deadlock_detected
/**
 * Connection, authorization (a password being rotated), resources, operator intervention and time-outs, system
 * errors, internal errors, no such database, read-only, locks.
 */
const UNAVAILABLE = /^(08|28|53|57|58|XX|3D000|25006|55P03)/;
const READ_ONLY = '25006'; // read_only_sql_transaction
/** The session has ended, or is one with a former primary after a failover. */
const ENDED = /^(08|28|57P|25006)/;
const FULL = new Set(['53100']);
const SOCKET_FAULTS = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EPROTO', // TLS
]);
/** Resources of this process or machine. */
const EXHAUSTED = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EADDRNOTAVAIL']);
// The codes of Node and OpenSSL for refused certificates,
// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const TLS_FAULTS =
  /^(ERR_SSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|HOSTNAME_MISMATCH$|INVALID_(CA|PURPOSE)$)/;
// "Query runner already released": TypeORM releases a connection as soon as it learns that it broke.
const MESSAGES_OF_THE_POOL =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout|not queryable|server conn crashed|Query runner already released|does not support SSL connections|error establishing an SSL connection|^SASL: /i;

interface DriverError extends Error {
  code?: string;
  severity?: string;
  constraint?: string;
}

/** The server takes no writes. Thrown inside a transaction, it closes the connection: the next one may reach a primary. */
export class ReadOnlyServerError extends Error {
  readonly code = READ_ONLY;
}

/** True for errors that a retry in a fresh transaction may resolve. */
export function isRetriable(error: unknown): boolean {
  return RETRIABLE.has(driverError(error)?.code ?? '');
}

/** True where another transaction held a lock longer than `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  const cause = error instanceof DomainError ? error.cause : error; // as `translateDatabaseError` leaves it
  return driverError(cause)?.code === '55P03'; // lock_not_available
}

/** The name of the constraint that refused a write, or null. Repositories map it to a problem. */
export function violatedConstraint(error: unknown): string | null {
  return driverError(error)?.constraint ?? null;
}

/** Turns failures of the database into 503 and 507; returns any other error unchanged. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const code = driverError(error)?.code ?? '';
  if (FULL.has(code)) return storageFull({ cause: error, headers: { 'Retry-After': '60' } });
  if (RETRIABLE.has(code) || EXHAUSTED.has(code))
    return overloaded({ cause: error, headers: { 'Retry-After': RETRY_AFTER_SECONDS } });
  if (UNAVAILABLE.test(code) || isConnectionLost(error)) {
    const detail = code === READ_ONLY ? 'the database takes no writes' : undefined;
    const headers = { 'Retry-After': RETRY_AFTER_SECONDS };
    return databaseUnavailable({ cause: error, detail, headers });
  }
  return error;
}

/** True when the connection itself failed or went silent, so that not even ROLLBACK can succeed on it. */
export function isConnectionLost(error: unknown): boolean {
  const cause = driverError(error);
  if (!cause) return false;
  const code = cause.code ?? '';
  return (
    SOCKET_FAULTS.has(code) ||
    TLS_FAULTS.test(code) ||
    ENDED.test(code) ||
    isEndOfSession(cause) ||
    MESSAGES_OF_THE_POOL.test(cause.message)
  );
}

/**
 * "permission denied for database" has the code of a right missing in a statement (42501); the severity distinguishes
 * them.
 */
function isEndOfSession({ severity }: DriverError): boolean {
  return severity === 'FATAL' || severity === 'PANIC';
}

function driverError(error: unknown): DriverError | null {
  if (!(error instanceof Error)) return null;
  const wrapped = (error as { driverError?: unknown }).driverError; // TypeORM's QueryFailedError
  return wrapped instanceof Error ? wrapped : error;
}
