import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { ApiKeysController } from './api-keys.controller';
import { ApiKeysRepository } from './api-keys.repository';
import { ApiKeysService } from './api-keys.service';

/** The keys of the SDK. */
@Module({
  imports: [EventsModule, TeamMembersModule],
  controllers: [ApiKeysController],
  providers: [ApiKeysService, ApiKeysRepository],
  exports: [ApiKeysService],
})
export class ApiKeysModule {}
