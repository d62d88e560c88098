import { Module } from '@nestjs/common';
import { SubscriptionsModule } from '../../modules/subscriptions/subscriptions.module';
import { ApplicationsController } from './applications.controller';
import { ApplicationsRepository } from './applications.repository';
import { ApplicationsService } from './applications.service';

/** The apps of a business that make recordings. */
@Module({
  imports: [SubscriptionsModule],
  controllers: [ApplicationsController],
  providers: [ApplicationsService, ApplicationsRepository],
})
export class ApplicationsModule {}
