import { Module } from '@nestjs/common';
import { BusinessesModule } from '../businesses/businesses.module';
import { IdentityModule } from '../identity/identity.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';
import { AuthController } from './auth.controller';
import { MeController } from './me.controller';

/** Signing in and out, and oneself. */
@Module({
  imports: [IdentityModule, BusinessesModule, TeamMembersModule],
  controllers: [AuthController, MeController],
  providers: [AccountsService, AccountsRepository],
})
export class AccountsModule {}
