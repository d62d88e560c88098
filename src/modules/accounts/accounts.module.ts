import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { IdentityModule } from '../identity/identity.module';
import { SupportSessionsModule } from '../support-sessions/support-sessions.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { AccountMails } from './account.mails';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';
import { AuthController } from './auth.controller';
import { MeController } from './me.controller';
import { MeService } from './me.service';
import { RecoveryService } from './recovery.service';

/** Login and logout, account recovery, and the caller's own account. */
@Module({
  imports: [AuditModule, IdentityModule, TeamMembersModule, SupportSessionsModule],
  controllers: [AuthController, MeController],
  providers: [AccountsService, AccountsRepository, AccountMails, MeService, RecoveryService],
  exports: [RecoveryService],
})
export class AccountsModule {}
