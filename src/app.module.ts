import { Module, type DynamicModule } from '@nestjs/common';
import type { Logger } from 'pino';
import { DemoModule } from './demo/demo.module';
import { AccessModule } from './modules/access/access.module';
import { AccountsModule } from './modules/accounts/accounts.module';
import { ApiKeysModule } from './modules/api-keys/api-keys.module';
import { AuditModule } from './modules/audit/audit.module';
import { BillingModule } from './modules/billing/billing.module';
import { BusinessesModule } from './modules/businesses/businesses.module';
import { EntitlementReadsModule } from './modules/entitlement-reads/entitlement-reads.module';
import { EntitlementsModule } from './modules/entitlements/entitlements.module';
import { EntitlementChecksModule } from './modules/entitlement-checks/entitlement-checks.module';
import { EventsModule } from './modules/events/events.module';
import { IdentityModule } from './modules/identity/identity.module';
import { NotificationsModule } from './modules/notifications/notifications.module';
import { OnboardingModule } from './modules/onboarding/onboarding.module';
import { OpsModule } from './modules/ops/ops.module';
import { PlansModule } from './modules/plans/plans.module';
import { ServiceKeysModule } from './modules/service-keys/service-keys.module';
import { SignInModule } from './modules/sign-in/sign-in.module';
import { SsoModule } from './modules/sso/sso.module';
import { StaffModule } from './modules/staff/staff.module';
import { StreamsModule } from './modules/streams/streams.module';
import { SubscriptionsModule } from './modules/subscriptions/subscriptions.module';
import { UsageModule } from './modules/usage/usage.module';
import { SupportSessionsModule } from './modules/support-sessions/support-sessions.module';
import { TeamMembersModule } from './modules/team-members/team-members.module';
import { WebhooksModule } from './modules/webhooks/webhooks.module';
import type { Config } from './platform/config/config';
import { ConfigModule } from './platform/config/config.module';
import { DatabaseModule } from './platform/database/database.module';
import { HttpModule } from './platform/http/http.module';
import type { RouteTable } from './platform/http/route-table';
import { MailModule } from './platform/mail/mail.module';
import { MetricsModule } from './platform/metrics/metrics.module';
import { OutboundModule } from './platform/outbound/outbound.module';
import { QueueModule } from './platform/queue/queue.module';
import { RateLimitModule } from './platform/rate-limit/rate-limit.module';
import { SchedulerModule } from './platform/scheduler/scheduler.module';
import { StripeModule } from './platform/stripe/stripe.module';
import { ProductModule } from './product/product.module';
import { schema } from './schema';

/** The whole application. Server, commands and tests run the same modules. */
@Module({})
export class AppModule {
  static with(config: Config, logger: Logger, routes: RouteTable): DynamicModule {
    const platform = [
      ConfigModule.with(config, logger),
      DatabaseModule.forSchema(schema),
      HttpModule.with(routes),
      QueueModule,
      MailModule,
      MetricsModule,
      RateLimitModule,
      OutboundModule,
      StripeModule,
      SchedulerModule,
    ];
    const features = [
      AccessModule,
      AuditModule,
      EventsModule,
      StreamsModule,
      IdentityModule,
      PlansModule,
      BusinessesModule,
      EntitlementsModule,
      SubscriptionsModule,
      EntitlementChecksModule,
      EntitlementReadsModule,
      UsageModule,
      TeamMembersModule,
      SupportSessionsModule,
      ApiKeysModule,
      ServiceKeysModule,
      WebhooksModule,
      SsoModule,
      AccountsModule,
      OnboardingModule,
      SignInModule,
      BillingModule,
      NotificationsModule,
      StaffModule,
      OpsModule,
    ];
    const demo = config.environment === 'production' ? [] : [DemoModule];
    return { module: AppModule, imports: [...platform, ...features, ProductModule, ...demo] };
  }
}
