import { Module } from '@nestjs/common';
import { FeaturesModule } from '../features/features.module';
import { PlanEditingService } from './plan-editing.service';
import { PlansController } from './plans.controller';
import { PlansRepository } from './plans.repository';
import { PlansService } from './plans.service';
import { StaffPlansController } from './staff-plans.controller';

/** Plans and their versions. */
@Module({
  imports: [FeaturesModule],
  controllers: [PlansController, StaffPlansController],
  providers: [PlansService, PlanEditingService, PlansRepository],
  exports: [PlansService],
})
export class PlansModule {}
