import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { PlansModule } from '../plans/plans.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { BillingAccountsRepository } from './records/billing-accounts.repository';
import { BillingController } from './billing.controller';
import { EventsModule } from '../events/events.module';
import { BillingMetrics } from './billing.metrics';
import { BillingService } from './billing.service';
import { CatalogService } from './catalog/catalog.service';
import { CheckoutService } from './checkout/checkout.service';
import { CheckoutsRepository } from './records/checkouts.repository';
import { CustomersService } from './checkout/customers.service';
import { EndsService } from './commands/ends.service';
import { InboxRepository } from './records/inbox.repository';
import { InboxService } from './inbox/inbox.service';
import { DuplicateSubscriptionsService } from './sync/duplicate-subscriptions.service';
import { NewVersionsCron } from './commands/new-versions.cron';
import { StripeCommandsRepository } from './records/stripe-commands.repository';
import { StripeCommandsService } from './commands/stripe-commands.service';
import { PricesRepository } from './records/prices.repository';
import { StaffInboxController } from './inbox/staff-inbox.controller';
import { StripeAccountRepository } from './account/stripe-account.repository';
import { StripeAccountService } from './account/stripe-account.service';
import { StripePayments } from './commands/stripe-payments';
import { SyncService } from './sync/sync.service';
import { UnseenPeriodsCron } from './sync/unseen-periods.cron';
import { VerificationService } from './sync/verification.service';
import { WebhooksController } from './inbox/webhooks.controller';

/** Payments by Stripe, which is authoritative: local subscriptions are reconciled with it. */
@Module({
  imports: [EventsModule, BusinessesModule, PlansModule, SubscriptionsModule],
  controllers: [BillingController, WebhooksController, StaffInboxController],
  providers: [
    BillingAccountsRepository,
    BillingMetrics,
    BillingService,
    CatalogService,
    CheckoutService,
    CheckoutsRepository,
    CustomersService,
    EndsService,
    InboxRepository,
    InboxService,
    DuplicateSubscriptionsService,
    NewVersionsCron,
    StripeCommandsRepository,
    StripeCommandsService,
    PricesRepository,
    StripeAccountRepository,
    StripeAccountService,
    StripePayments,
    SyncService,
    UnseenPeriodsCron,
    VerificationService,
  ],
  exports: [
    CatalogService,
    InboxRepository,
    InboxService,
    StripeAccountService,
    SyncService,
    VerificationService,
  ],
})
export class BillingModule {}
