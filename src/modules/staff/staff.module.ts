import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { BusinessesModule } from '../businesses/businesses.module';
import { IdentityModule } from '../identity/identity.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { SupportSessionsModule } from '../support-sessions/support-sessions.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { StaffAuthController } from './staff-auth.controller';
import { StaffBusinessesRepository } from './staff-businesses.repository';
import { StaffBusinessesService } from './staff-businesses.service';
import { StaffController } from './staff.controller';
import { StaffPasskeyLoginService } from './staff-passkey-login.service';
import { StaffPasskeysController } from './staff-passkeys.controller';
import { StaffSecondFactorController } from './staff-second-factor.controller';
import { StaffSecondFactorService } from './staff-second-factor.service';
import { StaffRepository } from './staff.repository';
import { StaffService } from './staff.service';

/** The staff of this installation. */
@Module({
  imports: [
    AuditModule,
    BusinessesModule,
    IdentityModule,
    TeamMembersModule,
    SubscriptionsModule,
    SupportSessionsModule,
  ],
  controllers: [
    StaffAuthController,
    StaffController,
    StaffSecondFactorController,
    StaffPasskeysController,
  ],
  providers: [
    StaffService,
    StaffPasskeyLoginService,
    StaffSecondFactorService,
    StaffRepository,
    StaffBusinessesService,
    StaffBusinessesRepository,
  ],
  exports: [StaffService],
})
export class StaffModule {}
