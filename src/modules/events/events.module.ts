import { Module } from '@nestjs/common';
import { EventRetention } from './event-retention';
import { EventsController } from './events.controller';
import { EventsRepository } from './events.repository';
import { EventsService } from './events.service';

/** The log of each business. */
@Module({
  controllers: [EventsController],
  providers: [EventsService, EventRetention, EventsRepository],
  exports: [EventsService],
})
export class EventsModule {}
