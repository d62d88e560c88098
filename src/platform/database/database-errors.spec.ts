import { DomainError } from '../../common/problem';
import { isConnectionLost, translateDatabaseError } from './database-errors';

function problemOf(error: Error): DomainError | null {
  const translated = translateDatabaseError(error);
  return translated instanceof DomainError ? translated : null;
}

function codeFor(code: string, more: object = {}): string | null {
  const problem = problemOf(Object.assign(new Error('x'), { code, ...more }));
  if (problem) expect(Number(problem.headers['Retry-After'])).toBeGreaterThan(0);
  return problem?.code ?? null;
}

describe('translateDatabaseError', () => {
  it.each([
    ...['08006', '08P01', '28000', '28P01', '3D000', '25006', '55P03'],
    ...['53000', '53200', '53300', '53400', '57014', '57P01', '57P02', '57P03', '57P04', '57P05'],
    ...['58000', '58030', '58P01', 'XX000', 'XX001', 'XX002'],
  ])('reports %s as a database that is unavailable', (sqlState) =>
    expect(codeFor(sqlState)).toBe('database_unavailable'),
  );

  it.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EPROTO'],
    ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_HAS_EXPIRED'],
    ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ...['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ])('reports %s, which no connection survives, the same way', (code) => {
    expect(codeFor(code)).toBe('database_unavailable');
    expect(isConnectionLost(Object.assign(new Error('x'), { code }))).toBe(true);
  });

  it.each([
    'The server does not support SSL connections',
    'There was an error establishing an SSL connection',
    'SASL: SCRAM-SERVER-FINAL-MESSAGE: server signature does not match',
  ])('reports "%s" the same way', (message) =>
    expect(problemOf(new Error(message))?.code).toBe('database_unavailable'),
  );

  it('distinguishes a right that the session lacks from one that a statement lacks', () => {
    expect(codeFor('42501', { severity: 'FATAL' })).toBe('database_unavailable');
    expect(codeFor('42501', { severity: 'ERROR' })).toBeNull();
  });

  it('closes the connection to a former primary', () =>
    expect(isConnectionLost(Object.assign(new Error('x'), { code: '25006' }))).toBe(true));

  it('reports a full disk as full', () => expect(codeFor('53100')).toBe('storage_full'));

  it.each(['40001', '40P01'])('reports %s, after all retries, as overloaded', (sqlState) =>
    expect(codeFor(sqlState)).toBe('overloaded'),
  );

  it.each(['EMFILE', 'ENFILE', 'ENOBUFS'])('reports %s as overloaded', (code) =>
    expect(codeFor(code)).toBe('overloaded'),
  );

  it.each(['23505', '42601', '22P05', 'ENOENT'])('leaves %s unchanged', (code) =>
    expect(codeFor(code)).toBeNull(),
  );
});
