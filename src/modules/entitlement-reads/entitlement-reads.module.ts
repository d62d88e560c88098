import { Module } from '@nestjs/common';
import { EntitlementsController } from './entitlements.controller';
import { EntitlementsService } from './entitlements.service';
import { OfrepController } from './ofrep/ofrep.controller';
import { OfrepService } from './ofrep/ofrep.service';
import { SharedReads } from './shared-reads';

/** What a business has of each feature, for its members, its apps, its back ends and code. */
@Module({
  controllers: [EntitlementsController, OfrepController],
  providers: [EntitlementsService, OfrepService, SharedReads],
  exports: [EntitlementsService],
})
export class EntitlementReadsModule {}
