import type { DomainError } from '../../common/problem';
import { assertPasswordIsStrong } from './password-rules';

const NAMES = ['Ada Lovelace', 'Globex Industries'];

function refusalOf(password: string, email = 'ada.lovelace@example.com'): string | null {
  try {
    assertPasswordIsStrong(password, { email, names: [] });
    return null;
  } catch (error) {
    return (error as DomainError).code;
  }
}

describe('assertPasswordIsStrong', () => {
  it.each([
    'qwertyuiop',
    'QWERTYUIOP',
    'QwErTyUiOp',
    '1234567890',
    'password123',
    'PassWord123',
    'iloveyou123',
    'superpassword',
    'q1w2e3r4t5',
  ])('refuses %s: it is on the list of common ones', (password) => {
    expect(refusalOf(password)).toBe('password_too_weak');
  });

  it.each(['correct horse battery', 'пароль пароль', '𝒜𝒷𝒸𝒹𝒸𝒷𝒶𝒹𝒸𝒷'])(
    'takes %j: it is not',
    (password) => {
      expect(refusalOf(password)).toBeNull();
    },
  );

  const named: [string, string][] = [
    ['my ada.lovelace!', 'ada.lovelace@example.com'],
    ['my ADA.Lovelace!', 'ada.lovelace@example.com'],
    ['my ada.lovelace!', 'ADA.LOVELACE@EXAMPLE.COM'],
    ['lovelace', 'LOVE@example.com'],
    ['at the @b@c end', '@b@c@example.com'],
    ['😀🎈🚀🌍 and more', '😀🎈🚀🌍@example.com'],
  ];
  it.each(named)('refuses %s for %s', (password, email) => {
    expect(refusalOf(password, email)).toBe('password_too_weak');
  });

  const free: [string, string][] = [
    ['my ada password', 'ada@example.com'],
    ['example.com for me', 'ada.lovelace@example.com'],
    ['love lace and more', 'lovelace@example.com'],
    ['😀🎈🚀 and more', '😀🎈🚀@example.com'],
  ];
  it.each(free)('takes %s for %s', (password, email) => {
    expect(refusalOf(password, email)).toBeNull();
  });

  it.each([
    ['1111111111', 'common'],
    ['aaaabbbbcccc', 'repetitions'],
    ['xyzzxyzzxyzzxyzz', 'repetitions'],
    ['abcdefghijkl', 'common|repetitions'],
    ['lkjihgfedcba', 'repetitions'],
    ['qwertyuiop?!', 'repetitions'],
    ['1qaz2wsx3edc4rfv', 'common|repetitions'],
    ['9876543210!!', 'repetitions'],
    ['йцукенгшщзхъ', 'repetitions'],
    ['Password123!', 'digits or signs'],
    ['!!iloveyou2026', 'digits or signs'],
    ['Tenantry2026!', 'product'],
    ['my-ten-antry-login', 'product'],
    ['ada-lovelace-99', 'person'],
    ['Lovelace2026!', 'common'],
    ['lovelace-x-2026', 'person'],
    ['GlobexIndustries!', 'business'],
    ['globex-globex', 'repetitions|business'],
    ['globex#2026', 'business'],
    ['e\u0301'.repeat(5), 'fewer than 10'],
  ])('refuses %s, and says why', (password, reason) => {
    const refuse = () => assertPasswordIsStrong(password, { email: 'x@example.com', names: NAMES });
    expect(refuse).toThrow(new RegExp(reason));
  });

  it.each([
    'correct horse battery staple',
    'the globex of my childhood',
    'lovelace wrote the first program',
    'abcd-horse-1234',
    'Tr0ub4dor&3x',
    'x'.repeat(3) + ' marks the spot',
  ])('takes %s', (password) => {
    const owner = { email: 'x@example.com', names: NAMES };
    expect(() => assertPasswordIsStrong(password, owner)).not.toThrow();
  });

  it('judges a password as it is hashed: composed', () => {
    expect(refusalOf('qwertyuio\u0070')).toBe('password_too_weak');
    expect(refusalOf('my Ame\u0301lie song', 'amélie@example.com')).toBe('password_too_weak');
  });
});
