import { Module } from '@nestjs/common';
import { BreachCheck } from './breach-check';
import { CredentialMails } from './credential.mails';
import { IdentitiesRepository } from './identities.repository';
import { NewPasswords } from './new-passwords';
import { OneTimeKeys } from './one-time-keys';
import { OneTimeKeysRepository } from './one-time-keys.repository';
import { PasswordCosts } from './password-costs';
import { PasswordHasher } from './password-hasher';
import { PasskeyChallenges } from './passkeys/passkey-challenges';
import { PasskeysRepository } from './passkeys/passkeys.repository';
import { PasskeysService } from './passkeys/passkeys.service';
import { SecondFactorsRepository } from './second-factors/second-factors.repository';
import { SecondFactorsService } from './second-factors/second-factors.service';
import { SignInChallengesService } from './second-factors/sign-in-challenges.service';
import { SessionsRepository } from './sessions.repository';
import { UsersRepository } from './users.repository';
import { WaysInService } from './ways-in.service';

/** People, their passwords, identities, second factors and sessions. */
@Module({
  providers: [
    UsersRepository,
    IdentitiesRepository,
    WaysInService,
    SessionsRepository,
    OneTimeKeysRepository,
    OneTimeKeys,
    CredentialMails,
    PasswordCosts,
    PasswordHasher,
    BreachCheck,
    NewPasswords,
    PasskeyChallenges,
    PasskeysRepository,
    PasskeysService,
    SecondFactorsRepository,
    SecondFactorsService,
    SignInChallengesService,
  ],
  exports: [
    UsersRepository,
    IdentitiesRepository,
    WaysInService,
    SessionsRepository,
    OneTimeKeysRepository,
    OneTimeKeys,
    PasswordHasher,
    NewPasswords,
    PasskeysService,
    SecondFactorsService,
    SignInChallengesService,
  ],
})
export class IdentityModule {}
