import { Module } from '@nestjs/common';
import { FeaturesModule } from '../features/features.module';
import { BusinessGrantsRepository } from './business-grants.repository';
import { BusinessGrantsService } from './business-grants.service';
import { CountersService } from './counters.service';
import { CreditsRepository } from './credits.repository';
import { CreditsService } from './credits.service';

/** What a plan and its credits leave of each feature. */
@Module({
  imports: [FeaturesModule],
  providers: [
    CreditsService,
    CreditsRepository,
    CountersService,
    BusinessGrantsService,
    BusinessGrantsRepository,
  ],
  exports: [CreditsService, CountersService, BusinessGrantsService],
})
export class EntitlementsModule {}
