import { DomainError } from '../../common/problem';
import { translateDatabaseError } from './database-errors';

function codeFor(sqlState: string): string | null {
  const translated = translateDatabaseError(Object.assign(new Error('x'), { code: sqlState }));
  return translated instanceof DomainError ? translated.code : null;
}

describe('translateDatabaseError', () => {
  it.each(['08006', '57P01', '53300', '3D000', '25006', '57014'])(
    'says of %s that the database is away for now',
    (sqlState) => expect(codeFor(sqlState)).toBe('database_unavailable'),
  );

  it('says of a full disk that it is full', () => expect(codeFor('53100')).toBe('storage_full'));

  it.each(['40001', '40P01'])('says of %s, after all tries, that it is too busy', (sqlState) =>
    expect(codeFor(sqlState)).toBe('overloaded'),
  );

  it.each(['23505', '42601'])('leaves %s what it is', (sqlState) =>
    expect(codeFor(sqlState)).toBeNull(),
  );
});
