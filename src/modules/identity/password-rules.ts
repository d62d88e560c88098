import { passwordTooWeak } from './identity.errors';
import { isCommonPassword } from './common-passwords';

const LOCAL_PART_COUNTS_FROM = 4;

/**
 * Refuses what attackers try first (NIST SP 800-63B, 3.1.1.2): common passwords, and the local part of the address. The
 * field checks the length: 10 to 128 code points, taken unchanged.
 * @throws 422 password_too_weak
 */
export function assertPasswordIsStrong(password: string, email: string): void {
  if (isCommonPassword(password))
    throw passwordTooWeak('this password is on the list of common passwords');
  const localPart = email.slice(0, email.lastIndexOf('@')).toLowerCase();
  const tells =
    [...localPart].length >= LOCAL_PART_COUNTS_FROM && password.toLowerCase().includes(localPart);
  if (tells) throw passwordTooWeak('the password contains the name of the e-mail address');
}
