import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard';
import { BearerStrategy } from './bearer.strategy';
import { CredentialCache } from './credential-cache';
import { CredentialsRepository } from './credentials.repository';
import { CredentialsService } from './credentials.service';

/** Who may call what: the one guard that stands before every route. */
@Module({
  providers: [
    CredentialsService,
    CredentialCache,
    CredentialsRepository,
    BearerStrategy,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AccessModule {}
