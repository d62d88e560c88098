import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { SupportSessionMails } from './support-session.mails';
import { SupportSessionsController } from './support-sessions.controller';
import { SupportSessionsRepository } from './support-sessions.repository';

/** Staff inside a business. */
@Module({
  imports: [BusinessesModule, TeamMembersModule],
  controllers: [SupportSessionsController],
  providers: [SupportSessionsRepository, SupportSessionMails],
  exports: [SupportSessionsRepository],
})
export class SupportSessionsModule {}
