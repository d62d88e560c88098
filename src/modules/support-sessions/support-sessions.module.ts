import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { EventsModule } from '../events/events.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { SupportSessionMails } from './support-session.mails';
import { SupportSessionsController } from './support-sessions.controller';
import { SupportSessionsRepository } from './support-sessions.repository';
import { SupportSessionsService } from './support-sessions.service';

/** Sessions of staff inside a business. */
@Module({
  imports: [EventsModule, BusinessesModule, TeamMembersModule],
  controllers: [SupportSessionsController],
  providers: [SupportSessionsService, SupportSessionsRepository, SupportSessionMails],
  exports: [SupportSessionsService],
})
export class SupportSessionsModule {}
