import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { PlansModule } from '../plans/plans.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { AccountsRepository } from './accounts.repository';
import { BillingController } from './billing.controller';
import { BillingMetrics } from './billing.metrics';
import { BillingService } from './billing.service';
import { CatalogService } from './catalog.service';
import { CheckoutService } from './checkout.service';
import { CheckoutsRepository } from './checkouts.repository';
import { CustomersService } from './customers.service';
import { EndsService } from './ends.service';
import { InboxRepository } from './inbox.repository';
import { InboxService } from './inbox.service';
import { LeftoversService } from './leftovers.service';
import { NewVersionsCron } from './new-versions.cron';
import { OperationsRepository } from './operations.repository';
import { OperationsService } from './operations.service';
import { PricesRepository } from './prices.repository';
import { StaffInboxController } from './staff-inbox.controller';
import { StripeAccountRepository } from './stripe-account.repository';
import { StripeAccountService } from './stripe-account.service';
import { StripePayments } from './stripe-payments';
import { SyncService } from './sync.service';
import { UnseenPeriodsCron } from './unseen-periods.cron';
import { VerificationService } from './verification.service';
import { WebhooksController } from './webhooks.controller';

/** Payments by Stripe: it is the truth, and our subscriptions follow it. */
@Module({
  imports: [BusinessesModule, PlansModule, SubscriptionsModule],
  controllers: [BillingController, WebhooksController, StaffInboxController],
  providers: [
    AccountsRepository,
    BillingMetrics,
    BillingService,
    CatalogService,
    CheckoutService,
    CheckoutsRepository,
    CustomersService,
    EndsService,
    InboxRepository,
    InboxService,
    LeftoversService,
    NewVersionsCron,
    OperationsRepository,
    OperationsService,
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
