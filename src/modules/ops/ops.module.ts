import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { ApiKeysModule } from '../api-keys/api-keys.module';
import { AuditModule } from '../audit/audit.module';
import { BillingModule } from '../billing/billing.module';
import { IdentityModule } from '../identity/identity.module';
import { SignInModule } from '../sign-in/sign-in.module';
import { NotificationsModule } from '../notifications/notifications.module';
import { StaffModule } from '../staff/staff.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { UsageModule } from '../usage/usage.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { BrandController } from './brand.controller';
import { HealthController } from './health.controller';
import { Housekeeping } from './housekeeping';
import { JobsController } from './jobs.controller';
import { JobsRepository } from './jobs.repository';
import { JobsService } from './jobs.service';
import { MetricsController } from './metrics.controller';
import { PagesController } from './pages.controller';
import { ReadinessService } from './readiness.service';
import { ScrapeService } from './scrape.service';
import { TimeShiftService } from './time-shift.service';

/** Routes for operators and load balancers, and housekeeping. */
@Module({
  imports: [
    AccountsModule,
    AuditModule,
    ApiKeysModule,
    BillingModule,
    IdentityModule,
    SignInModule,
    NotificationsModule,
    StaffModule,
    SubscriptionsModule,
    TeamMembersModule,
    UsageModule,
    WebhooksModule,
  ],
  controllers: [
    HealthController,
    MetricsController,
    JobsController,
    PagesController,
    BrandController,
  ],
  providers: [
    ReadinessService,
    ScrapeService,
    JobsService,
    JobsRepository,
    Housekeeping,
    TimeShiftService,
  ],
})
export class OpsModule {}
