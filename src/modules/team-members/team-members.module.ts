import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { EventsModule } from '../events/events.module';
import { IdentityModule } from '../identity/identity.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { InvitationMails } from './invitation.mails';
import { InvitationsController } from './invitations.controller';
import { InvitationsRepository } from './invitations.repository';
import { InvitationsService } from './invitations.service';
import { TeamMembersController } from './team-members.controller';
import { TeamMembersRepository } from './team-members.repository';
import { TeamMembersService } from './team-members.service';

/** Members of a business, and invitations. */
@Module({
  imports: [EventsModule, BusinessesModule, IdentityModule, SubscriptionsModule],
  controllers: [TeamMembersController, InvitationsController],
  providers: [
    TeamMembersService,
    TeamMembersRepository,
    InvitationsService,
    InvitationsRepository,
    InvitationMails,
  ],
  exports: [TeamMembersService, InvitationsService],
})
export class TeamMembersModule {}
