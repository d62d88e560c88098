import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { StreamHub } from './stream-hub';
import { StreamsController } from './streams.controller';
import { StreamsRepository } from './streams.repository';
import { StreamsService } from './streams.service';

/** The events of a business, as they happen, over HTTP. */
@Module({
  imports: [EventsModule],
  controllers: [StreamsController],
  providers: [StreamsService, StreamHub, StreamsRepository],
})
export class StreamsModule {}
