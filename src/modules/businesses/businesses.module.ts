import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { BusinessesController } from './businesses.controller';
import { BusinessesRepository } from './businesses.repository';
import { BusinessesService } from './businesses.service';

/** The tenants. */
@Module({
  imports: [EventsModule],
  controllers: [BusinessesController],
  providers: [BusinessesService, BusinessesRepository],
  exports: [BusinessesService],
})
export class BusinessesModule {}
