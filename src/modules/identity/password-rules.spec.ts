import type { DomainError } from '../../common/problem';
import { assertPasswordIsStrong } from './password-rules';

function refusalOf(password: string, email = 'ada.lovelace@example.com'): string | null {
  try {
    assertPasswordIsStrong(password, email);
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
  ])('refuses %s: it is on the list of common ones', (password) => {
    expect(refusalOf(password)).toBe('password_too_weak');
  });

  it.each([
    'qwertyuiop ',
    ' qwertyuiop',
    'qwertyuiop?!',
    'correct horse battery',
    'пароль пароль',
    '𝒜𝒷𝒸𝒹𝒸𝒷𝒶𝒹𝒸𝒷',
  ])('takes %j: it is not', (password) => {
    expect(refusalOf(password)).toBeNull();
  });

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
    ['aaaabbbbcccc', 'abc@example.com'],
    ['example.com for me', 'ada.lovelace@example.com'],
    ['love lace and more', 'lovelace@example.com'],
    ['😀🎈🚀 and more', '😀🎈🚀@example.com'],
  ];
  it.each(free)('takes %s for %s', (password, email) => {
    expect(refusalOf(password, email)).toBeNull();
  });
});
