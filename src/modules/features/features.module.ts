import { Module } from '@nestjs/common';
import { FeaturesRepository } from './features.repository';
import { FeaturesService } from './features.service';
import { StaffFeaturesController } from './staff-features.controller';

/** The catalogue of what plans grant. */
@Module({
  controllers: [StaffFeaturesController],
  providers: [FeaturesService, FeaturesRepository],
  exports: [FeaturesService],
})
export class FeaturesModule {}
