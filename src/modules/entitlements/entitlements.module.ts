import { Module } from '@nestjs/common';
import { CreditsRepository } from './credits.repository';

/** What a plan and the credits beside it leave of each feature. */
@Module({
  providers: [CreditsRepository],
  exports: [CreditsRepository],
})
export class EntitlementsModule {}
