import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { BillingModule } from '../billing/billing.module';
import { IdentityModule } from '../identity/identity.module';
import { StaffModule } from '../staff/staff.module';
import { HealthController } from './health.controller';
import { Housekeeping } from './housekeeping';
import { JobsController } from './jobs.controller';
import { JobsRepository } from './jobs.repository';
import { JobsService } from './jobs.service';
import { MetricsController } from './metrics.controller';
import { PagesController } from './pages.controller';
import { ReadinessService } from './readiness.service';
import { ScrapeService } from './scrape.service';

/** What operators and load balancers ask, and what is tidied up by itself. */
@Module({
  imports: [AuditModule, BillingModule, IdentityModule, StaffModule],
  controllers: [HealthController, MetricsController, JobsController, PagesController],
  providers: [ReadinessService, ScrapeService, JobsService, JobsRepository, Housekeeping],
})
export class OpsModule {}
