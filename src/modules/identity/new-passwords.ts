import { Injectable } from '@nestjs/common';
import { BreachCheck } from './breach-check';
import { passwordTooWeak } from './identity.errors';
import { PasswordHasher } from './password-hasher';
import { assertPasswordIsStrong, normalizePassword, type PasswordOwner } from './password-rules';

/** The one way to a new password: checked, then hashed. Slow: call it outside transactions. */
@Injectable()
export class NewPasswords {
  constructor(
    private readonly breaches: BreachCheck,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @throws 422 password_too_weak, 503 overloaded */
  async hash(password: string, owner: PasswordOwner): Promise<string> {
    assertPasswordIsStrong(password, owner);
    if (await this.breaches.isBreached(normalizePassword(password)))
      throw passwordTooWeak('this password appeared in a breach');
    return this.hasher.hash(password);
  }
}
