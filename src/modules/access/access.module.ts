import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { StrictInputGuard } from '../../platform/http/strict-input.guard';
import { ServiceKeysModule } from '../service-keys/service-keys.module';
import { AccessGuard } from './access.guard';
import { BearerGuard } from './bearer.guard';
import { BearerStrategy } from './bearer.strategy';
import { CredentialCache } from './credential-cache';
import { CredentialsRepository } from './credentials.repository';
import { CredentialsService } from './credentials.service';
import { EarlyAccess } from './early-access';
import { ShortWays } from './short-ways';
import { SdkPages } from './sdk-pages';

/** Who may call what: the guard of every route. */
@Module({
  imports: [ServiceKeysModule],
  providers: [
    CredentialsService,
    CredentialCache,
    CredentialsRepository,
    BearerStrategy,
    BearerGuard,
    EarlyAccess,
    SdkPages,
    AccessGuard,
    StrictInputGuard,
    ShortWays,
    { provide: APP_GUARD, useExisting: AccessGuard },
    { provide: APP_GUARD, useExisting: StrictInputGuard }, // in this order
  ],
})
export class AccessModule {}
