import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { AuditModule } from '../audit/audit.module';
import { IdentityModule } from '../identity/identity.module';
import { SsoModule } from '../sso/sso.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { ExchangeController } from './exchange.controller';
import { ExchangeService } from './exchange.service';
import { ForeignTokensService } from './foreign-tokens.service';
import { GitHubUsers } from './github-users';
import { IdentityMails } from './identity.mails';
import { IssuerKeys } from './issuer-keys';
import { LinkTokens } from './link-tokens';
import { OidcClient } from './oidc-client';
import { OwnSignInsController } from './own-sign-ins.controller';
import { OwnSignInsService } from './own-sign-ins.service';
import { PeopleService } from './people.service';
import { ProvidersService } from './providers.service';
import { SignInController } from './sign-in.controller';
import { SignInFlowService } from './sign-in-flow.service';
import { SignInsRepository } from './sign-ins.repository';
import { SignInsService } from './sign-ins.service';

/** Signing in by what others prove: identity providers, and tokens of trusted issuers. */
@Module({
  imports: [AuditModule, AccountsModule, IdentityModule, SsoModule, TeamMembersModule],
  controllers: [ExchangeController, SignInController, OwnSignInsController],
  providers: [
    ExchangeService,
    ForeignTokensService,
    GitHubUsers,
    IdentityMails,
    IssuerKeys,
    LinkTokens,
    OidcClient,
    OwnSignInsService,
    PeopleService,
    ProvidersService,
    SignInFlowService,
    SignInsRepository,
    SignInsService,
  ],
  exports: [SignInFlowService],
})
export class SignInModule {}
