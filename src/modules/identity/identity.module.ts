import { Module } from '@nestjs/common';
import { BreachCheck } from './breach-check';
import { NewPasswords } from './new-passwords';
import { OneTimeKeys } from './one-time-keys';
import { OneTimeKeysRepository } from './one-time-keys.repository';
import { PasswordCosts } from './password-costs';
import { PasswordHasher } from './password-hasher';
import { SessionsRepository } from './sessions.repository';
import { UsersRepository } from './users.repository';

/** People, their passwords and their sessions. */
@Module({
  providers: [
    UsersRepository,
    SessionsRepository,
    OneTimeKeysRepository,
    OneTimeKeys,
    PasswordCosts,
    PasswordHasher,
    BreachCheck,
    NewPasswords,
  ],
  exports: [
    UsersRepository,
    SessionsRepository,
    OneTimeKeysRepository,
    OneTimeKeys,
    PasswordHasher,
    NewPasswords,
  ],
})
export class IdentityModule {}
