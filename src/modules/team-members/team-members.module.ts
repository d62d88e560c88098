import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { EventsModule } from '../events/events.module';
import { IdentityModule } from '../identity/identity.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { InvitationMails } from './invitation.mails';
import { InvitationsController } from './invitations.controller';
import { InvitationsRepository } from './invitations.repository';
import { InvitationsService } from './invitations.service';
import { NotificationPreferencesController } from './notification-preferences.controller';
import { NotificationPreferencesRepository } from './notification-preferences.repository';
import { NotificationPreferencesService } from './notification-preferences.service';
import { TeamMembersController } from './team-members.controller';
import { TeamMembersRepository } from './team-members.repository';
import { TeamMembersService } from './team-members.service';

/** Members of a business, which mails they want, and invitations. */
@Module({
  imports: [EventsModule, BusinessesModule, IdentityModule, SubscriptionsModule],
  controllers: [TeamMembersController, InvitationsController, NotificationPreferencesController],
  providers: [
    TeamMembersService,
    TeamMembersRepository,
    InvitationsService,
    InvitationsRepository,
    InvitationMails,
    NotificationPreferencesService,
    NotificationPreferencesRepository,
  ],
  exports: [TeamMembersService, InvitationsService, NotificationPreferencesService],
})
export class TeamMembersModule {}
