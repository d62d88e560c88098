import { Module } from '@nestjs/common';
import { EntitlementsModule } from '../entitlements/entitlements.module';
import { FeaturesModule } from '../features/features.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { EntitlementChecksController } from './entitlement-checks.controller';
import { EntitlementChecksService } from './entitlement-checks.service';

/** What a business may have, for back ends that ask before they do something. */
@Module({
  imports: [EntitlementsModule, FeaturesModule, SubscriptionsModule],
  controllers: [EntitlementChecksController],
  providers: [EntitlementChecksService],
})
export class EntitlementChecksModule {}
