import { Module } from '@nestjs/common';
import { IdentityModule } from '../identity/identity.module';
import { StaffModule } from '../staff/staff.module';
import { HealthController } from './health.controller';
import { Housekeeping } from './housekeeping';
import { MetricsController } from './metrics.controller';
import { PagesController } from './pages.controller';
import { ReadinessService } from './readiness.service';
import { ScrapeService } from './scrape.service';

/** What operators and load balancers ask, and what is tidied up by itself. */
@Module({
  imports: [IdentityModule, StaffModule],
  controllers: [HealthController, MetricsController, PagesController],
  providers: [ReadinessService, ScrapeService, Housekeeping],
})
export class OperationsModule {}
