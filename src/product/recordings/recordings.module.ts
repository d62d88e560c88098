import { Module } from '@nestjs/common';
import { EntitlementsModule } from '../../modules/entitlements/entitlements.module';
import { SubscriptionsModule } from '../../modules/subscriptions/subscriptions.module';
import { BatchService } from './batch.service';
import { FlushMetrics } from './flush.metrics';
import { IngestionQueue } from './ingestion-queue';
import { IngestionRepository } from './ingestion.repository';
import { IngestionService } from './ingestion.service';
import { RecordingsController } from './recordings.controller';
import { RecordingsRepository } from './recordings.repository';
import { RecordingsService } from './recordings.service';
import { RetentionService } from './retention.service';
import { SdkController } from './sdk.controller';
import { SdkService } from './sdk.service';
import { ExplanationController } from './explanation.controller';

/** The example product: recordings from an SDK, each counted against the plan. */
@Module({
  imports: [EntitlementsModule, SubscriptionsModule],
  controllers: [SdkController, RecordingsController, ExplanationController],
  providers: [
    IngestionService,
    BatchService,
    IngestionQueue,
    FlushMetrics,
    IngestionRepository,
    RecordingsService,
    RecordingsRepository,
    SdkService,
    RetentionService,
  ],
  exports: [RecordingsService, RetentionService],
})
export class RecordingsModule {}
