import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { IdentityModule } from '../identity/identity.module';
import { SupportSessionsModule } from '../support-sessions/support-sessions.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { AccountMails } from './account.mails';
import { AccountsRepository } from './accounts.repository';
import { AccountsService } from './accounts.service';
import { AuthController } from './auth.controller';
import { EmailChangeMails } from './email-change.mails';
import { EmailChangesController } from './email-changes.controller';
import { EmailChangesRepository } from './email-changes.repository';
import { EmailChangesService } from './email-changes.service';
import { LostFactorMails } from './lost-factor.mails';
import { LostFactorsController } from './lost-factors.controller';
import { LostFactorsRepository } from './lost-factors.repository';
import { LostFactorsService } from './lost-factors.service';
import { MeController } from './me.controller';
import { MeService } from './me.service';
import { OwnFactorsService } from './own-factors.service';
import { PasskeyLoginService } from './passkey-login.service';
import { PasskeysController } from './passkeys.controller';
import { ProvenElsewhereService } from './proven-elsewhere.service';
import { ReauthenticationService } from './reauthentication.service';
import { RecoveryService } from './recovery.service';
import { SecondFactorController } from './second-factor.controller';
import { SecondStepService } from './second-step.service';
import { SessionOpening } from './session-opening';

/** Login and logout, account recovery, and the caller's own account. */
@Module({
  imports: [AuditModule, IdentityModule, TeamMembersModule, SupportSessionsModule],
  controllers: [
    AuthController,
    MeController,
    LostFactorsController,
    SecondFactorController,
    PasskeysController,
    EmailChangesController,
  ],
  providers: [
    AccountsService,
    AccountsRepository,
    AccountMails,
    EmailChangeMails,
    EmailChangesRepository,
    EmailChangesService,
    LostFactorMails,
    LostFactorsRepository,
    LostFactorsService,
    MeService,
    OwnFactorsService,
    PasskeyLoginService,
    ProvenElsewhereService,
    ReauthenticationService,
    RecoveryService,
    SecondStepService,
    SessionOpening,
  ],
  exports: [EmailChangesService, LostFactorsService, ProvenElsewhereService, RecoveryService],
})
export class AccountsModule {}
