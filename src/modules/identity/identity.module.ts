import { Module } from '@nestjs/common';
import { PasswordHasher } from './password-hasher';
import { SessionsRepository } from './sessions.repository';
import { UsersRepository } from './users.repository';

/** People, their passwords and their sessions. */
@Module({
  providers: [UsersRepository, SessionsRepository, PasswordHasher],
  exports: [UsersRepository, SessionsRepository, PasswordHasher],
})
export class IdentityModule {}
