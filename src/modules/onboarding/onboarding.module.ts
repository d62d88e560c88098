import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module';
import { ApiKeysModule } from '../api-keys/api-keys.module';
import { BusinessesModule } from '../businesses/businesses.module';
import { IdentityModule } from '../identity/identity.module';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module';
import { TeamMembersModule } from '../team-members/team-members.module';
import { OnboardingService } from './onboarding.service';
import { SignupController } from './signup.controller';

/** Creates businesses. */
@Module({
  imports: [
    AccountsModule,
    IdentityModule,
    BusinessesModule,
    TeamMembersModule,
    SubscriptionsModule,
    ApiKeysModule,
  ],
  controllers: [SignupController],
  providers: [OnboardingService],
})
export class OnboardingModule {}
