import { Module } from '@nestjs/common';
import { SubscriptionsModule } from '../modules/subscriptions/subscriptions.module';
import { RaceController } from './race.controller';
import { RaceService } from './race.service';

/** What the console shows to those who try this out. Production does not have it. */
@Module({
  imports: [SubscriptionsModule],
  controllers: [RaceController],
  providers: [RaceService],
})
export class DemoModule {}
