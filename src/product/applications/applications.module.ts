import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../../modules/api-keys/api-keys.module';
import { bindKeysTo } from '../../modules/api-keys/dto/key-target';
import { EventsModule } from '../../modules/events/events.module';
import { SubscriptionsModule } from '../../modules/subscriptions/subscriptions.module';
import { ApplicationOrigins } from './application-origins';
import { ApplicationsController } from './applications.controller';
import { applicationNotFound } from './applications.errors';
import { ApplicationsRepository } from './applications.repository';
import { ApplicationsService } from './applications.service';

bindKeysTo({
  field: 'applicationId',
  description: 'The application whose recordings the key sends; null: any of the business',
  notFound: applicationNotFound,
});

/** The apps of a business that make recordings. */
@Module({
  imports: [EventsModule, SubscriptionsModule, ApiKeysModule],
  controllers: [ApplicationsController],
  providers: [ApplicationsService, ApplicationsRepository, ApplicationOrigins],
})
export class ApplicationsModule {}
