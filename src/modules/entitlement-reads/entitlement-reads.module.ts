import { Module } from '@nestjs/common';
import { EntitlementsModule } from '../entitlements/entitlements.module';
import { FeaturesModule } from '../features/features.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { EntitlementsController } from './entitlements.controller';
import { EntitlementsService } from './entitlements.service';
import { OfrepController } from './ofrep/ofrep.controller';
import { OfrepService } from './ofrep/ofrep.service';
import { SharedReads } from './shared-reads';

/** What a business has of each feature, for its members, its apps, its back ends and code. */
@Module({
  imports: [EntitlementsModule, FeaturesModule, SubscriptionsModule],
  controllers: [EntitlementsController, OfrepController],
  providers: [EntitlementsService, OfrepService, SharedReads],
  exports: [EntitlementsService],
})
export class EntitlementReadsModule {}
