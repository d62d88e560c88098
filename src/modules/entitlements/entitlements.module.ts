import { Module } from '@nestjs/common';
import { CreditsRepository } from './credits.repository';
import { CreditsService } from './credits.service';

/** What a plan and its credits leave of each feature. */
@Module({
  providers: [CreditsService, CreditsRepository],
  exports: [CreditsService],
})
export class EntitlementsModule {}
